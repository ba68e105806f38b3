"""A case opened by one tap: nothing is asked, so the answers are the contract's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from repact.server.audit.actor import Actor
from repact.server.cases import actions
from repact.server.cases.errors import CaseError
from repact.server.cases.models import Case, CaseLoan
from repact.server.loans.models import Loan

PAYDAY = 15


def case_over(*, by: Actor, loans: Sequence[Loan], kind: str, language: str, now: datetime) -> Case:
    """A draft over these loans of the borrower's. Part of an action.

    Raises `cases.already_open` when another request is open.
    """
    try:
        with transaction.atomic():
            case = Case.objects.create(
                lender_id=by.lender_id,
                borrower_id=by.id,
                reference=actions.reference(by=by, now=now),
                language=language,
                created_at=now,
                kind=kind,
            )
    except IntegrityError as error:
        raise CaseError("cases.already_open") from error
    CaseLoan.objects.bulk_create(
        CaseLoan(lender_id=by.lender_id, case=case, loan=loan) for loan in loans
    )
    return case


def answers(
    loans: Sequence[Loan], *, reasons: Sequence[str] = (), monthly_minor: int | None = None
) -> dict[str, dict[str, Any]]:
    """What an application would say: the contract's day, and its installments together where no
    sum a month is given."""
    due = [loan.remaining[-1] for loan in loans if loan.remaining]
    contract = sum(amount for _, amount in due)
    return {
        "start": {},
        "reasons": {"reasons": list(reasons[:2]) or ["not_say"]},
        "duration": {"duration": "unknown"},
        "income": {"amount_minor": None},
        "household": {"people": 1, "spending": {}},
        "ability": {
            "monthly_minor": (contract if monthly_minor is None else monthly_minor) or None,
            "payday": date.fromisoformat(due[0][0]).day if due else PAYDAY,
        },
        "evidence": {"choice": "none"},
        "contact": {"preferences": []},
    }
