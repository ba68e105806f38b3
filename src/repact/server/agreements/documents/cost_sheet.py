"""The comprehensive cost sheet (综合融资成本明示表): every cost, its payee, what could be added.

Rule: CN-COST-2026-2. A plan counts as arranging installments, so the sheet comes before signing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import rfc8785

from repact.server.agreements.documents import clauses, wording
from repact.server.agreements.documents.contents import Contents, Debt, Language


@dataclass(frozen=True, slots=True)
class CostItem:
    """One line: what, how it is charged, by which standard, to whom, how much (None: depends)."""

    label: str
    how: str
    standard: str
    payee: str
    amount_minor: int | None


@dataclass(frozen=True, slots=True)
class CostSheet:
    """Every cost when paid as agreed, and what is added only if something goes wrong.

    `cost_minor` is the sum of the items; `annual_rate_ppm` the yearly rate of all of them.
    """

    items: tuple[CostItem, ...]
    contingent: tuple[CostItem, ...]
    cost_minor: int
    principal_minor: int
    total_minor: int
    annual_rate_ppm: int
    currency: str


def cost_sheet(contents: Contents, language: Language, /) -> CostSheet:
    """The sheet of a plan: what is paid is the principal and the items, to the minor unit."""
    speaker = clauses.Speaker(contents, language)
    items = tuple(item for debt in contents.debts for item in _items(speaker, debt))
    cost = sum(item.amount_minor or 0 for item in items)
    return CostSheet(
        items=(*items, _no_service(speaker)),
        contingent=tuple(_contingent(speaker)),
        cost_minor=cost,
        principal_minor=contents.total_minor - cost,
        total_minor=contents.total_minor,
        annual_rate_ppm=contents.annual_rate_ppm,
        currency=contents.currency,
    )


def sha256(contents: Contents, /) -> str:
    """The sheet's fingerprint in the agreement's first language, for the evidence record."""
    sheet = cost_sheet(contents, contents.languages[0])
    return hashlib.sha256(rfc8785.dumps(asdict(sheet))).hexdigest()


def _items(speaker: clauses.Speaker, debt: Debt) -> Iterator[CostItem]:
    """What a debt costs: interest from now on, and what was owed besides principal."""
    words, totals = speaker.words, debt.result["totals"]
    of = words["cost.debt"].format(ref=debt.loan_ref) if len(speaker.contents.debts) > 1 else ""
    rate = debt.terms["annual_rate_ppm"]
    standard = "cost.interest.standard" if rate else "cost.interest.none"
    yield CostItem(
        words["cost.interest"] + of,
        words["cost.interest.how"],
        words[standard].format(rate=wording.percent(rate)),
        debt.legal_creditor,
        totals["interest_minor"],
    )
    for name in ("penalty", "fees"):
        minor = totals[f"{name}_minor"]
        yield CostItem(
            words[f"cost.{name}"] + of,
            words["cost.as_listed"] if minor else words["cost.none"],
            words["cost.fixed"] if minor else words["cost.none"],
            debt.legal_creditor if minor else words["cost.nobody"],
            minor,
        )


def _no_service(speaker: clauses.Speaker) -> CostItem:
    """Said although there is none: nothing may be charged beyond the sheet."""
    words = speaker.words
    none = words["cost.none"]
    return CostItem(words["cost.service"], none, none, words["cost.nobody"], 0)


def _contingent(speaker: clauses.Speaker) -> Iterator[CostItem]:
    words, payee = speaker.words, speaker.facts["lender"]
    for clause in clauses.promises(speaker):
        if clause.code in {"late", "late_free"}:
            yield CostItem(clause.label, clause.sentence, "", payee, None)
    back = any(debt.conduct.waivers_return for debt in speaker.contents.debts)
    returns = back and speaker.contents.waived_minor
    breach = words["cost.breach.how" if returns else "cost.breach.none"].format(**speaker.facts)
    yield CostItem(words["cost.breach"], breach, "", payee, None)
    yield CostItem(words["cost.early"], words["cost.early.how"], "", payee, 0)
    yield CostItem(words["cost.collection"], words["cost.collection.how"], "", payee, 0)
