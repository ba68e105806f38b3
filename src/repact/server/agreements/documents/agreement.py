"""Rendering the agreement: archival PDF/A-3, tagged, the same bytes for the same contents."""

from __future__ import annotations

import functools
import json
from datetime import UTC, datetime
from importlib import resources
from typing import Any

import pylopdf_fonts_zh_cn
import rfc8785
import typst

from repact.server.agreements.documents import wording
from repact.server.agreements.documents.contents import COMPONENTS, Contents
from repact.server.agreements.documents.wording import money, percent
from repact.server.agreements.errors import AgreementError

ATTACHMENT = "agreement.json"


def render(contents: Contents, /) -> bytes:
    """The agreement as PDF/A-3a with its contents attached as `agreement.json`.

    Data reaches the template only as JSON; fonts come from locked wheels, never from the system.
    Raises AgreementError `agreements.cannot_be_written` for a character no font of ours has.
    """
    attachment = rfc8785.dumps(contents.model_dump(mode="json")).decode()
    inputs = {"data": json.dumps(_data(contents), ensure_ascii=False), "attachment": attachment}
    day = datetime.fromisoformat(contents.agreement_date).replace(tzinfo=UTC)
    try:
        made = typst.compile(
            _template(),
            font_paths=[str(pylopdf_fonts_zh_cn.sans_path().parent)],
            ignore_system_fonts=True,
            sys_inputs=inputs,
            format="pdf",
            pdf_standards=["a-3a"],
            timestamp=int(day.timestamp()),
        )
    except typst.TypstError as error:  # a character no font of ours has
        raise AgreementError("agreements.cannot_be_written") from error
    return bytes(made)


@functools.cache
def _template() -> bytes:
    return (resources.files(__package__) / "agreement.typ").read_bytes()


def _data(contents: Contents) -> dict[str, Any]:
    """What the template shows, already worded."""
    language = contents.languages[0]
    words = wording.catalogue(language)
    english = language == "en"
    sheet = wording.cost_sheet(contents, language)
    points = wording.points(contents, language)
    return {
        "words": words,
        "lang": "en" if english else "zh",
        "region": "GB" if english else "CN",
        "demo": contents.lender.demo,
        "reference": contents.reference,
        "date": contents.agreement_date,
        "lender": contents.lender.name_en if english else contents.lender.name_zh,
        "facts": _facts(contents, words),
        "points": [{"label": p.label, "sentence": p.sentence} for p in points],
        "parties": _parties(contents, words),
        "debts": _debts(contents, words),
        "changes": _changes(contents, words),
        "going_on": words["going_on.sentence"].format(
            rate=percent(contents.debts[0].terms["annual_rate_ppm"])
        ),
        "costs": {
            "items": [_cost(item) for item in sheet.items],
            "contingent": [_cost(item) for item in sheet.contingent],
            "sums": [
                _pair(words["cost.rate"], percent(sheet.annual_rate_ppm)),
                _pair(words["fact.total"], f"¥{money(sheet.total_minor)}"),
            ],
        },
        "rows": [_row(row) for row in contents.rows],
        "totals": _totals(contents, words),
        "schedule_sha256": contents.schedule_sha256,
    }


def _facts(contents: Contents, words: dict[str, str]) -> list[dict[str, str]]:
    rows = contents.paying_rows
    versus = contents.bill.disclosure["versus_today_minor"]
    return [
        _pair(words["fact.installment"], f"¥{money(contents.installment_minor)}"),
        _pair(words["fact.count"], str(len(rows))),
        _pair(words["fact.first"], rows[0]["due_date"]),
        _pair(words["fact.last"], rows[-1]["due_date"]),
        _pair(words["fact.total"], f"¥{money(contents.total_minor)}"),
        _pair(words["fact.owed"], f"¥{money(contents.owed_minor)}"),
        _pair(words["fact.versus"], f"¥{money(versus)}"),
        _pair(words["fact.waived"], f"¥{money(contents.waived_minor)}"),
        _pair(words["fact.rate"], percent(contents.annual_rate_ppm)),
    ]


def _parties(contents: Contents, words: dict[str, str]) -> list[dict[str, str]]:
    lender, english = contents.lender, contents.language == "en"
    return [
        _pair(words["party.lender"], lender.name_en if english else lender.name_zh),
        _pair(words["party.address"], lender.address_en if english else lender.address_zh),
        _pair(words["party.borrower"], contents.borrower.name),
        _pair(words["party.id"], contents.borrower.id_number_masked),
    ]


def _debts(contents: Contents, words: dict[str, str]) -> list[dict[str, str]]:
    debt, english = contents.debts[0], contents.language == "en"
    product = debt.product_en if english else debt.product_zh
    return [
        _pair(words["debt.contract"], f"{product} {debt.loan_ref}"),
        _pair(words["debt.creditor"], debt.legal_creditor),
        *(
            _pair(words[f"debt.{name}"], f"¥{money(debt.position[f'{name}_minor'])}")
            for name in COMPONENTS
        ),
        _pair(words["debt.total"], f"¥{money(contents.owed_minor)}"),
    ]


def _changes(contents: Contents, words: dict[str, str]) -> list[dict[str, str]]:
    debt, terms = contents.debts[0], contents.debts[0].terms
    late = debt.conduct.late_rate_ppm
    pairs = [
        ("change.rate", percent(debt.annual_rate_ppm), percent(terms["annual_rate_ppm"])),
        (
            "change.installment",
            f"¥{money(debt.installment_minor)}",
            f"¥{money(contents.installment_minor)}",
        ),
        ("change.count", str(debt.count), str(len(contents.paying_rows))),
        ("change.late_rate", percent(debt.penalty_rate_ppm), percent(late)),
    ]
    return [{"label": words[name], "before": old, "after": new} for name, old, new in pairs]


def _row(row: dict[str, Any]) -> list[str]:
    other = row["penalty_minor"] + row["fees_minor"]
    return [
        str(row["number"]),
        row["due_date"],
        money(row["payment_minor"]),
        money(row["principal_minor"]),
        money(row["interest_minor"]),
        money(other),
        money(row["balance_minor"]),
    ]


def _totals(contents: Contents, words: dict[str, str]) -> list[str]:
    totals = contents.bill.totals
    other = totals["penalty_minor"] + totals["fees_minor"]
    return [
        "",
        words["row.total"],
        money(totals["payment_minor"]),
        money(totals["principal_minor"]),
        money(totals["interest_minor"]),
        money(other),
        "",
    ]


def _cost(item: wording.CostItem) -> dict[str, str]:
    amount = "" if item.amount_minor is None else money(item.amount_minor)
    return {"label": item.label, "how": item.how, "payee": item.payee, "amount": amount}


def _pair(label: str, value: str) -> dict[str, str]:
    return {"label": label, "value": value}
