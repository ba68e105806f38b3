"""The people of the demo. Nobody here exists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from repact.sandbox import book
from repact.server.audit import actor
from repact.server.audit.actor import Role

FIRST_NUMBER = 900_001


@dataclass(frozen=True, slots=True)
class BorrowerPersona:
    """A borrower: who, what happened, what is owed, what is in the wallet."""

    key: str
    name_zh: str
    name_en: str
    story_zh: str
    story_en: str
    balance_minor: int
    contract: book.Contract
    language: str = "zh-hans"
    contact_preference: str = "any"

    @property
    def wallet_account(self) -> str:
        """The account in the demo wallet."""
        return f"demo-{self.key}"


@dataclass(frozen=True, slots=True)
class StaffPersona:
    """Someone of the lender's."""

    email: str
    name_zh: str
    name_en: str
    role: Role


def _owes(
    ref: str, product: str, principal: int, left: int, missed: int, since: int
) -> book.Contract:
    return book.Contract(
        ref=ref,
        product_code=product,
        principal_minor=principal,
        left=left,
        missed=missed,
        days_since_due=since,
        annual_rate_ppm=156_000,
        penalty_rate_ppm=234_000,
        day_count="ACT/365F",
    )


BORROWERS = (
    BorrowerPersona(
        "linxiaoyu",
        "林小雨",
        "Lin Xiaoyu",
        "被裁员，接零活",
        "Laid off, doing odd jobs",
        520_000,
        _owes("D-0001", "wallet_credit", 2_600_000, 9, 2, 16),
    ),
    BorrowerPersona(
        "chenguoqiang",
        "陈国强",
        "Chen Guoqiang",
        "住院，不接电话",
        "In hospital, no calls",
        180_000,
        _owes("D-0002", "installment_loan", 1_840_000, 14, 3, 9),
        contact_preference="no_calls",
    ),
    BorrowerPersona(
        "ayinuer",
        "阿依努尔·买买提",
        "Aynur Mamat",
        "自己提了每月 600",
        "Proposes 600 a month",
        260_000,
        _owes("D-0003", "wallet_credit", 1_500_000, 11, 1, 21),
    ),
    BorrowerPersona(
        "zhaolei",
        "赵磊",
        "Zhao Lei",
        "第二次协商",
        "Asks a second time",
        310_000,
        _owes("D-0004", "card_installment", 2_210_000, 18, 4, 12),
    ),
    BorrowerPersona(
        "sunlihua",
        "孙丽华",
        "Sun Lihua",
        "开小店，收入不稳",
        "A small shop, uneven income",
        450_000,
        _owes("D-0005", "installment_loan", 3_300_000, 24, 2, 25),
    ),
    BorrowerPersona(
        "madaye",
        "马大爷",
        "Grandpa Ma",
        "75 岁，要大字",
        "75, wants large text",
        120_000,
        _owes("D-0006", "wallet_credit", 640_000, 8, 1, 6),
        contact_preference="messages_only",
    ),
    BorrowerPersona(
        "wangfang",
        "王芳",
        "Wang Fang",
        "手机不能给别人看",
        "Nobody else may see her phone",
        210_000,
        _owes("D-0007", "card_installment", 1_120_000, 10, 2, 18),
        contact_preference="messages_only",
    ),
    BorrowerPersona(
        "zhou",
        "周先生",
        "Mr Zhou",
        "入不敷出",
        "Spends more than he earns",
        30_000,
        _owes("D-0008", "wallet_credit", 2_050_000, 12, 5, 14),
    ),
    BorrowerPersona(
        "emma",
        "艾玛",
        "Emma Clarke",
        "用英文，收入减少",
        "Reads English, earns less",
        640_000,
        _owes("D-0009", "installment_loan", 1_960_000, 16, 1, 11),
        language="en",
    ),
    BorrowerPersona(
        "huang",
        "黄嘉敏",
        "Huang Jiamin",
        "还没逾期，先来问",
        "Not behind yet, asks early",
        380_000,
        _owes("D-0010", "wallet_credit", 900_000, 12, 0, 20),
    ),
)

STAFF = (
    StaffPersona("zhoumin@demo.example", "周敏", "Zhou Min", actor.AGENT),
    StaffPersona("lijian@demo.example", "李建", "Li Jian", actor.SUPERVISOR),
    StaffPersona("heqing@demo.example", "何青", "He Qing", actor.AUDITOR),
    StaffPersona("wutong@demo.example", "吴桐", "Wu Tong", actor.ENGINEER),
)


def borrower(key: str, /) -> BorrowerPersona | None:
    """A borrower of the demo by key."""
    return next((persona for persona in BORROWERS if persona.key == key), None)


def rows(*, on: date) -> Iterator[book.LoanRow]:
    """The personas' rows in the lender's book."""
    for number, persona in enumerate(BORROWERS, start=FIRST_NUMBER):
        who = book.Borrower(
            number=number,
            name=persona.name_en if persona.language == "en" else persona.name_zh,
            wallet_account=persona.wallet_account,
            language=persona.language,
            contact_preference=persona.contact_preference,
        )
        yield book.row(who, persona.contract, on=on)
