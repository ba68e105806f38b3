"""Where Apache Fineract is the keeper of record: asked before a plan begins, told afterwards.

A plan begins only when Fineract's preview is ours to the minor unit. None of this was run against a
real Fineract.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings

from repact.plans.terms import Terms
from repact.server.agreements import queries as agreement_queries
from repact.server.agreements import states as agreement_states
from repact.server.agreements.models import Agreement
from repact.server.audit.actor import Actor
from repact.server.connectors import keepers
from repact.server.connectors.errors import ConnectorError
from repact.server.connectors.fineract import applying, client
from repact.server.connectors.fineract.applying import Asked
from repact.server.connectors.fineract.client import Period
from repact.server.lenders import queries as lender_queries
from repact.server.loans import queries as loan_queries
from repact.server.loans.models import Loan
from repact.server.reconciliation import actions as reconciliation_actions
from repact.server.reconciliation import queries as reconciliation_queries

KEEPER = "core"


@dataclass(frozen=True, slots=True)
class Share:
    """One loan's part of a plan, as it was worked out."""

    loan: Loan
    terms: Mapping[str, Any]
    position: Mapping[str, Any]
    rows: tuple[Period, ...]


def is_keeper_of(loan: Loan, /) -> bool:
    """Whether Fineract keeps the record of a loan."""
    product = loan.product
    return product.keeper == KEEPER and keepers.kind(product.code) == "fineract"


def shares(parts: Any, /) -> Iterator[Share]:
    """The parts of a plan whose record Fineract keeps: of an offer, or an agreement's debts."""
    for part in parts:
        said = part if isinstance(part, dict) else part.model_dump(mode="json")
        loan = loan_queries.get(UUID(said["loan_id"]))
        if is_keeper_of(loan):
            yield Share(loan, said["terms"], said["position"], _periods(said["result"]["rows"]))


def preview(share: Share, /, *, request_id: UUID, on: date) -> applying.Preview:
    """Fineract's schedule for a share beside ours; nothing is changed. Raises as `dry_run` does."""
    return applying.dry_run(_asked(share, request_id=request_id, plan_id=request_id, on=on))


def agrees(agreement: Agreement, /, *, by: Actor, event_id: UUID, now: datetime) -> bool:
    """Whether Fineract means the same by a signed plan; what it does not is listed at the desk.

    Raises ConnectorError `connectors.unreachable`: then ask again.
    """
    if agreement.state != agreement_states.SIGNED:
        return True
    on, all_agree = lender_queries.today(by.lender_id, now=now), True
    for share in shares(agreement_queries.contents(agreement).debts):
        note = {"agreement_id": agreement.id, "loan_id": share.loan.id, "now": now}
        try:
            found = preview(share, request_id=uuid5(event_id, share.loan.ref), on=on)
            if found.differences:
                raise ConnectorError("fineract.differs", rows=applying.named(found.differences))
        except ConnectorError as error:
            _note_or_raise(error, by=by, state="refused", **note)
            all_agree = False
        else:
            reconciliation_actions.note_keeping(by=by, state="agreed", **note)
    return all_agree


def push_plan(
    agreement: Agreement, loan: Loan, /, *, by: Actor, event_id: UUID, now: datetime
) -> None:
    """Make a loan at Fineract follow its plan, once; what does not come out right is listed.

    What was changed and differs is not changed again: a person has looked when this is asked for
    once more. Raises ConnectorError `connectors.unreachable`: then do the same again.
    """
    known = reconciliation_queries.keeping(agreement_id=agreement.id, loan_id=loan.id)
    if known and known.state == "kept":
        return
    note = {"agreement_id": agreement.id, "loan_id": loan.id, "now": now}
    if agreement.state == agreement_states.WITHDRAWN:  # nothing to keep: a person has looked, if so
        if known and known.code == reconciliation_actions.TAKEN_BACK:
            reconciliation_actions.note_keeping(by=by, state="kept", **note)
        return
    for share in shares(agreement_queries.contents(agreement).debts):
        if share.loan.id != loan.id:
            continue
        try:
            if known is None or known.code != "fineract.differs_after":
                asked = _asked(
                    share,
                    request_id=uuid5(event_id, loan.ref),
                    plan_id=uuid5(agreement.id, loan.ref),
                    on=lender_queries.today(by.lender_id, now=now),
                )
                applying.apply(asked)
        except ConnectorError as error:
            _note_or_raise(error, by=by, state="differs", **note)
        else:
            reconciliation_actions.note_keeping(by=by, state="kept", **note)


def note_taken_back(agreement: Agreement, loan: Loan, /, *, by: Actor, now: datetime) -> None:
    """List a loan whose plan was taken back: Fineract cannot undo a reschedule by itself."""
    reconciliation_actions.note_taken_back(
        by=by, agreement_id=agreement.id, loan_id=loan.id, now=now
    )


def push_payment(
    agreement: Agreement, loan: Loan, /, *, name: str, amount_minor: int, on: date, undone: bool
) -> None:
    """Post a payment's share at Fineract, or take it back: once for its name.

    Raises ConnectorError `fineract.not_kept_yet` until Fineract follows the plan.
    """
    known = reconciliation_queries.keeping(agreement_id=agreement.id, loan_id=loan.id)
    if known is None or known.state != "kept":
        raise ConnectorError("fineract.not_kept_yet", loan=loan.ref)
    found = client.named(loan.ref)
    key = uuid5(agreement.id, f"{name}:{loan.ref}")
    number = client.repay(found.id, amount_minor=amount_minor, on=on, key=str(key))
    if undone:
        client.undo(found.id, number, on=on, key=str(uuid5(key, "undo")))


def _note_or_raise(error: ConnectorError, /, *, by: Actor, state: str, **note: Any) -> None:
    """Silence is asked again; a no, and another schedule, are a person's to look at."""
    if error.code == "connectors.unreachable":
        raise error
    reconciliation_actions.note_keeping(
        by=by, state=state, code=error.code, params=error.params, **note
    )


def _asked(share: Share, *, request_id: UUID, plan_id: UUID, on: date) -> Asked:
    """Raises ConnectorError `fineract.other_currency` where Fineract keeps the loan in another."""
    found = client.named(share.loan.ref)
    if found.currency != share.position["currency"]:
        raise ConnectorError("fineract.other_currency", currency=found.currency)
    return Asked(
        loan_id=found.id,
        request_id=request_id,
        plan_id=plan_id,
        terms=Terms.model_validate(share.terms),
        rows=share.rows,
        interest_minor=int(share.position["interest_minor"]),
        reason_id=settings.REPACT_FINERACT_REASON_ID,
        on=on,
    )


def _periods(rows: Any) -> tuple[Period, ...]:
    return tuple(
        Period(date.fromisoformat(row["due_date"]), row["principal_minor"], row["interest_minor"])
        for row in rows
    )
