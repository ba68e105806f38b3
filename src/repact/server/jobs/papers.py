"""Papers that follow by themselves: the certificate at the end, the letter after a phone call."""

from __future__ import annotations

from procrastinate.contrib.django import app

from repact.server.agreements import actions as agreement_actions
from repact.server.agreements import queries as agreement_queries
from repact.server.agreements import states as agreement_states
from repact.server.agreements.documents import letters
from repact.server.jobs.events import PATIENT, carried
from repact.server.lenders import queries as lender_queries
from repact.server.notices import actions as notice_actions
from repact.server.repayments import queries as repayment_queries


@app.task(name="jobs.certify_settlement", queue="flow", retry=PATIENT)
def certify_settlement(*, lender_id: str, event_id: str) -> None:
    """A plan is paid: the certificate of settlement, with what was paid and waived in all.

    A waiver that a breach took back was not waived. None when the plan runs again meanwhile,
    because a payment was taken back.
    """
    with carried(lender_id, event_id) as (by, event):
        agreement = agreement_queries.get(event.subject_id)
        if agreement.state != agreement_states.COMPLETED:
            return
        said = agreement_queries.contents(agreement)
        life = repayment_queries.life(agreement, now=event.happened_at)
        states = list(life.states.values())
        settled = letters.Settled(
            settled_date=life.on,
            paid_minor=sum(sum(state.paid) + state.prepaid_minor for state in states),
            waived_minor=said.waived_minor - sum(sum(state.returned) for state in states),
        )
        agreement_actions.issue_paper(
            by=by,
            agreement_id=agreement.id,
            kind="settlement",
            pdf=letters.settlement(said, settled),
            now=event.happened_at,
        )


@app.task(name="jobs.confirm_oral", queue="flow", retry=PATIENT)
def confirm_oral(*, lender_id: str, event_id: str) -> None:
    """An agreement made by voice is signed: the letter that confirms it and names the recording."""
    with carried(lender_id, event_id) as (by, event):
        agreement = agreement_queries.get(event.subject_id)
        said = agreement_queries.contents(agreement)
        if said.channel != "oral":
            return
        act = agreement_queries.evidence(agreement)[0].evidence
        letter = letters.oral_confirmation(
            said,
            agreed_date=lender_queries.today(by.lender_id, now=event.happened_at),
            recording=act["recording_sha256"],
        )
        agreement_actions.issue_paper(
            by=by,
            agreement_id=agreement.id,
            kind="oral_confirmation",
            pdf=letter,
            now=event.happened_at,
        )


@app.task(name="jobs.confirm_withdrawal", queue="flow", retry=PATIENT)
def confirm_withdrawal(*, lender_id: str, event_id: str) -> None:
    """A plan was taken back: the letter that says so, and what is owed by contract again."""
    with carried(lender_id, event_id) as (by, event):
        agreement = agreement_queries.get(event.subject_id)
        letter = letters.withdrawal(
            agreement_queries.contents(agreement),
            letters.Withdrawn(
                withdrawn_date=lender_queries.today(by.lender_id, now=event.happened_at),
                paid_minor=event.facts["paid_minor"],
                owed_minor=tuple(event.facts["owed_minor"]),
                resumed=tuple(event.facts.get("resumed", ())),
            ),
        )
        agreement_actions.issue_paper(
            by=by,
            agreement_id=agreement.id,
            kind="withdrawal",
            pdf=letter,
            now=event.happened_at,
        )


@app.task(name="jobs.tell_paper", queue="flow", retry=PATIENT)
def tell_paper(*, lender_id: str, event_id: str) -> None:
    """A sealed paper is there to be read and kept."""
    with carried(lender_id, event_id) as (by, event):
        agreement = agreement_queries.get(event.subject_id)
        kind = f"paper_{event.facts['kind']}"
        notice_actions.tell(
            by=by,
            borrower_id=agreement.borrower_id,
            kind=kind,
            source=f"{kind}:{event.id}",
            now=event.happened_at,
            reference=agreement.reference,
        )
