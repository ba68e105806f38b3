"""What of a plan the bureau is told: kinds of CN-CR-EVT, and their codes.

The codes are the law's guidance; a lender sets its own where its bureau's specification says so.
"""

from __future__ import annotations

from datetime import date

from repact.law import catalogue
from repact.server.agreements.documents.contents import Debt
from repact.server.bureau.models import Codes
from repact.server.lenders.models import Lender
from repact.server.loans.models import Loan

RULE = "CN-CR-EVT"
NEGATIVE = frozenset({"overdue"})
CARD = "card"


def of_debt(debt: Debt, loan: Loan, /) -> tuple[str, ...]:
    """The kinds a signed debt is reported as when its plan begins."""
    found = []
    last = max(date.fromisoformat(str(row["due_date"])) for row in debt.result["rows"])
    contract = max((date.fromisoformat(day) for day, _ in loan.remaining), default=last)
    if debt.product_kind == CARD:
        found.append("personalized_installments")
    elif any(segment["kind"] == "holiday" for segment in debt.terms["shape"]):
        found.append("deferred_by_bank")
    elif last > contract:
        found.append("extension")
    if any(measure["kind"] == "waive" for measure in debt.terms.get("measures", ())):
        found.append("relief")
    return tuple(found)


def code(kind: str, /, *, lender: Lender, on: date) -> str:
    """The code of a kind: the lender's own, else the law's; empty where there is none."""
    own = Codes.objects.filter(lender_id=lender.id).first()
    if own and kind in own.body:
        return str(own.body[kind])
    rules = [one for one in catalogue.load(lender.jurisdiction).entries if one.id == RULE]
    known = rules[0].figures.get(kind) if rules and rules[0].in_force(on) else None
    return str(known) if known is not None else ""
