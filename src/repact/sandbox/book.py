"""A lender's book, invented: same seed, same book. Nobody in it exists.

Id numbers carry the region 999999, which is not issued, and phones a prefix that is not given out.
Every rate passes the law the sample policy is checked by: contract at most 15.6% a year, penalty at
most half more.
"""

from __future__ import annotations

import csv
import random  # noqa: TID251 - seeded by the caller
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from repact.dates.frequency import Recurrence
from repact.money.rounding import divide_half_up
from repact.plans import accrual, annuity

CREDITOR = "示例消费金融有限公司"
RATES_PPM = (72_000, 86_400, 108_000, 120_000, 132_000, 144_000, 156_000)
DAY_COUNTS = {
    "wallet_credit": ("ACT/365F",),
    "installment_loan": ("30/360", "ACT/360"),
    "card_installment": ("ACT/365F",),
}
# how many installments are missed, and how often out of 100
_MISSED = ((0, 60), (1, 15), (2, 9), (3, 6), (5, 6), (9, 4))
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗䶮"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂兰文华玉小雨𬱖㛃"
_UYGHUR = ("阿依努尔·买买提", "艾尼瓦尔·吐尔逊", "古丽巴哈尔·阿卜杜热合曼")


@dataclass(frozen=True, slots=True)
class LoanRow:
    """One row of the book, in the columns the import documents. Money in minor units."""

    loan_ref: str
    borrower_ref: str
    borrower_name: str
    borrower_id_number: str
    borrower_phone: str
    wallet_account: str
    language: str
    product_code: str
    legal_creditor: str
    currency: str
    disbursed_date: date
    disbursed_minor: int
    annual_rate_ppm: int
    penalty_rate_ppm: int
    day_count: str
    as_of: date
    principal_minor: int
    overdue_principal_minor: int
    interest_minor: int
    penalty_minor: int
    fees_minor: int
    oldest_unpaid_due_date: date | None
    remaining: str
    contact_preference: str


@dataclass(frozen=True, slots=True)
class Borrower:
    """Who owes."""

    number: int
    name: str
    wallet_account: str
    language: str = "zh-hans"
    contact_preference: str = "any"


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract by what is left of it: so much principal over so many installments."""

    ref: str
    product_code: str
    principal_minor: int
    left: int
    missed: int
    days_since_due: int
    annual_rate_ppm: int
    penalty_rate_ppm: int
    day_count: str


def generate(*, seed: int, count: int, on: date) -> Iterator[LoanRow]:
    """`count` loans as they stand on a day; about one borrower in twelve has a second one."""
    rng = random.Random(seed)  # noqa: S311 - a book is invented, not guarded
    borrower = _borrower(rng, 1)
    for number in range(1, count + 1):
        if rng.randrange(12):
            borrower = _borrower(rng, number)
        yield row(borrower, _contract(rng, number), on=on)


def row(borrower: Borrower, contract: Contract, /, *, on: date) -> LoanRow:
    """The row of a contract on a day, its interest and penalty worked out from its arrears."""
    dues = _due_dates(contract, on)
    payment, parts = _amortized(contract)
    missed = list(zip(dues, parts, strict=True))[: contract.missed]
    overdue = sum(principal for _, (principal, _) in missed)
    interest = sum(charge for _, (_, charge) in missed)
    previous = max((day for day in dues if day <= on), default=dues[0] - timedelta(days=30))
    interest += accrual.interest(
        amount_minor=contract.principal_minor - overdue,
        annual_rate_ppm=contract.annual_rate_ppm,
        start=min(previous, on),
        end=on,
        day_count=contract.day_count,  # type: ignore[arg-type]  # one of DAY_COUNTS
    )
    penalty = sum(
        accrual.interest(
            amount_minor=principal,
            annual_rate_ppm=contract.penalty_rate_ppm,
            start=day,
            end=on,
            day_count=contract.day_count,  # type: ignore[arg-type]  # one of DAY_COUNTS
        )
        for day, (principal, _) in missed
    )
    amounts = [payment] * (contract.left - 1) + [sum(parts[-1])]
    return LoanRow(
        loan_ref=contract.ref,
        borrower_ref=f"B-{borrower.number:06d}",
        borrower_name=borrower.name,
        borrower_id_number=f"99999919900101{borrower.number % 10000:04d}",
        borrower_phone=f"100{borrower.number:08d}",
        wallet_account=borrower.wallet_account,
        language=borrower.language,
        product_code=contract.product_code,
        legal_creditor=CREDITOR,
        currency="CNY",
        disbursed_date=dues[0] - timedelta(days=100),
        disbursed_minor=contract.principal_minor * 5 // 4,
        annual_rate_ppm=contract.annual_rate_ppm,
        penalty_rate_ppm=contract.penalty_rate_ppm,
        day_count=contract.day_count,
        as_of=on,
        principal_minor=contract.principal_minor,
        overdue_principal_minor=overdue,
        interest_minor=interest,
        penalty_minor=penalty,
        fees_minor=0,
        oldest_unpaid_due_date=dues[0] if contract.missed else None,
        remaining=";".join(f"{d}:{a}" for d, a in zip(dues, amounts, strict=True)),
        contact_preference=borrower.contact_preference,
    )


def write_csv(path: Path, rows: Iterable[LoanRow], /) -> None:
    """Write rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [f.name for f in fields(LoanRow)], lineterminator="\n")
        writer.writeheader()
        writer.writerows({k: "" if v is None else v for k, v in asdict(r).items()} for r in rows)


def write_parquet(path: Path, rows: Iterable[LoanRow], /) -> None:
    """Write rows as Parquet, numbers as integers and dates as dates."""
    pq.write_table(pa.Table.from_pylist([asdict(r) for r in rows]), path)


def _due_dates(contract: Contract, on: date) -> list[date]:
    """Monthly due dates, so that the last missed one was `days_since_due` days ago."""
    anchor = on - timedelta(days=contract.days_since_due)
    months = anchor.year * 12 + anchor.month - 1 - max(contract.missed - 1, 0)
    if not contract.missed:
        months += 1
    year, month = divmod(months, 12)
    first = date(year, month + 1, min(anchor.day, 28))
    return Recurrence(every=1, unit="month", anchor_day=anchor.day).dates(first, contract.left)


def _amortized(contract: Contract) -> tuple[int, list[tuple[int, int]]]:
    """The level payment, and (principal, interest) of each installment left."""
    rate = (contract.annual_rate_ppm, 12_000_000)
    exact = annuity.level_payment(
        balance=contract.principal_minor, balloon=0, rates=[rate] * contract.left
    )
    payment, balance, parts = divide_half_up(*exact), contract.principal_minor, []
    for number in range(1, contract.left + 1):
        charge = divide_half_up(balance * rate[0], rate[1])
        principal = balance if number == contract.left else payment - charge
        parts.append((principal, charge))
        balance -= principal
    return payment, parts


def _borrower(rng: random.Random, number: int) -> Borrower:
    if rng.randrange(40) == 0:
        name = rng.choice(_UYGHUR)
    else:
        name = rng.choice(_SURNAMES) + "".join(rng.sample(_GIVEN, rng.choice((1, 2, 2))))
    preference = rng.choices(("any", "messages_only", "no_calls"), (8, 1, 1))[0]
    return Borrower(
        number=number,
        name=name,
        wallet_account=f"acct-{number:06d}",
        language="en" if rng.randrange(20) == 0 else "zh-hans",
        contact_preference=preference,
    )


def _contract(rng: random.Random, number: int) -> Contract:
    product = rng.choice(tuple(DAY_COUNTS))
    left = rng.randrange(3, 37)
    missed = min(rng.choices([m for m, _ in _MISSED], [w for _, w in _MISSED])[0], left)
    rate = rng.choice(RATES_PPM)
    return Contract(
        ref=f"L-{number:06d}",
        product_code=product,
        principal_minor=rng.randrange(80_000, 6_000_000),
        left=left,
        missed=missed,
        days_since_due=rng.randrange(1, 29),
        annual_rate_ppm=rate,
        penalty_rate_ppm=rate * rng.randrange(130, 151) // 100,
        day_count=rng.choice(DAY_COUNTS[product]),
    )
