"""The sentences of an agreement, the same on the page and in the PDF, in both languages.

Numbers in sentences come from the contents and the engine, never from the catalogue.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources

from repact.plans.conduct import late_cost
from repact.server.agreements.documents.contents import Contents, Language

LATE_EXAMPLE_DAYS = 10


@dataclass(frozen=True, slots=True)
class Point:
    """One promise: what it is about and what it says."""

    label: str
    sentence: str


@dataclass(frozen=True, slots=True)
class CostItem:
    """One line of the cost sheet: what, how it is charged, to whom, how much (None: depends)."""

    label: str
    how: str
    payee: str
    amount_minor: int | None


@dataclass(frozen=True, slots=True)
class CostSheet:
    """Every cost of the plan, and what is added only if something goes wrong."""

    items: tuple[CostItem, ...]
    contingent: tuple[CostItem, ...]
    total_minor: int
    annual_rate_ppm: int


@functools.cache
def catalogue(language: Language, /) -> dict[str, str]:
    """The sentences of one language."""
    file = resources.files(__package__) / "catalogue" / f"{language}.json"
    return dict(json.loads(file.read_text(encoding="utf-8")))


def money(amount_minor: int, /) -> str:
    """1234550 -> 12,345.50."""
    units, cents = divmod(abs(amount_minor), 100)
    return f"{'−' if amount_minor < 0 else ''}{units:,}.{cents:02d}"


def percent(rate_ppm: int, /) -> str:
    """90000 -> 9.00%."""
    whole, hundredths = divmod((rate_ppm + 50) // 100, 100)
    return f"{whole}.{hundredths:02d}%"


def points(contents: Contents, language: Language, /) -> tuple[Point, ...]:
    """What both sides promise, point by point."""
    words = catalogue(language)
    facts = _facts(contents, language)
    names = ["pay", "debit", "waived", "late", "early", "record", "change", "complain"]
    if contents.cooling_off_days:
        names.append("cooling_off")
    return tuple(
        Point(words[f"point.{name}"], words[f"point.{name}.sentence"].format(**facts))
        for name in names
    )


def cost_sheet(contents: Contents, language: Language, /) -> CostSheet:
    """The comprehensive cost sheet (综合融资成本明示表) of the plan."""
    words = catalogue(language)
    facts = _facts(contents, language)
    payee = facts["lender"]
    totals = contents.bill.totals
    items = (
        CostItem(
            words["cost.interest"],
            words["cost.interest.how"].format(**facts),
            payee,
            totals["interest_minor"],
        ),
        CostItem(words["cost.penalty"], words["cost.as_listed"], payee, totals["penalty_minor"]),
        CostItem(words["cost.fees"], words["cost.none"], payee, totals["fees_minor"]),
    )
    contingent = (
        CostItem(words["cost.late"], words["point.late.sentence"].format(**facts), payee, None),
        CostItem(words["cost.early"], words["point.early.sentence"].format(**facts), payee, 0),
    )
    return CostSheet(items, contingent, contents.total_minor, contents.annual_rate_ppm)


def _facts(contents: Contents, language: Language) -> dict[str, str]:
    """The figures sentences are filled with."""
    conduct = contents.debts[0].conduct
    rows = contents.paying_rows
    first = rows[0]
    due = date.fromisoformat(first["due_date"])
    late = late_cost(
        conduct=conduct,
        principal_minor=first["principal_minor"],
        due_date=due,
        on=due + timedelta(days=LATE_EXAMPLE_DAYS),
    )
    english = language == "en"
    return {
        "lender": contents.lender.name_en if english else contents.lender.name_zh,
        "phone": contents.lender.complaint_phone,
        "installment": money(contents.installment_minor),
        "count": str(len(rows)),
        "total": money(contents.total_minor),
        "waived": money(contents.waived_minor),
        "rate": percent(contents.debts[0].terms["annual_rate_ppm"]),
        "first": first["due_date"],
        "last": rows[-1]["due_date"],
        "tail": contents.borrower.account_tail,
        "grace": str(conduct.grace_days),
        "late_rate": percent(conduct.late_rate_ppm),
        "late_days": str(LATE_EXAMPLE_DAYS),
        "late_counted": str(max(LATE_EXAMPLE_DAYS - conduct.grace_days, 0)),
        "late_cost": money(late),
        "remind": str(conduct.remind_days),
        "cooling_off": str(contents.cooling_off_days),
    }
