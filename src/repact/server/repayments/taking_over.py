"""Plans that began before histories were kept: given one from the payments that arrived, once.

They have rows and payments, and nothing else; the clock does not know them, and no payment can be
posted to them. What the replay of their payments says becomes what stands.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from repact.plans.errors import PlanError
from repact.plans.servicing import events
from repact.plans.servicing.replay import replay
from repact.server.agreements import states as agreement_states
from repact.server.agreements.models import Agreement
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import SYSTEM, Actor
from repact.server.clock import ports
from repact.server.people import doors
from repact.server.repayments import lives, posting, sharing, signed, stored
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.lives import Life
from repact.server.repayments.models import Collection, Part, Plan, PlanEvent
from repact.server.repayments.stored import Writing

BEGUN = (agreement_states.IN_FORCE, agreement_states.BREACHED, agreement_states.COMPLETED)
DIFFERS = "taken_over_differs"


def waiting() -> list[UUID]:
    """Agreements that began and have no plan yet, the oldest first."""
    found = Agreement.objects.filter(state__in=BEGUN, plan=None).order_by("drafted_at", "id")
    return list(found.values_list("id", flat=True))


@doors.action("repayments.take_over", may=(SYSTEM,))
def take_over(*, by: Actor, agreement_id: UUID, now: datetime) -> str:
    """Give a plan its history; `taken`, `stopped` or `known` (there was one already).

    Steps of the ladder up to today count as taken: nobody is reminded of what is long past. When
    the replay places a payment otherwise than its rows do, the replay is kept and charging stops
    until a person has looked. Raises RepaymentError `repayments.schedule_differs`, and
    `repayments.cannot_take_over` when a payment cannot have happened.
    """
    agreement = lives.agreement_for_update(agreement_id)
    if agreement is None or agreement.state not in BEGUN:
        raise RepaymentError("repayments.unknown_agreement")
    if Plan.objects.filter(agreement=agreement).exists():
        audit_actions.unchanged()
        return "known"
    life = _life(agreement, by, now)
    differs = _write(life)
    if agreement.state == agreement_states.COMPLETED:
        posting.earn_the_rest(life, by=by)
    audit_actions.record(
        by=by,
        action="repayments.take_over",
        subject_id=agreement.id,
        case_id=agreement.case_id,
        now=now,
        payments=life.plan.events_count,
        differs=differs,
    )
    return "stopped" if differs else "taken"


def _life(agreement: Agreement, by: Actor, now: datetime) -> Life:
    """The plan's life as its payments make it, in the order in which they were received."""
    on = posting.business_date(by, now)
    charged = signed.charged(agreement)
    loan_ids = [UUID(part["loan_id"]) for part in agreement.offer.parts]
    plans = {number: part.plan for number, part in enumerate(charged, 1)}
    parts = {
        number: Part(
            lender_id=by.lender_id,
            agreement=agreement,
            number=number,
            loan_id=loan_id,
            schedule_sha256=part.schedule_sha256,
        )
        for number, (part, loan_id) in enumerate(zip(charged, loan_ids, strict=True), 1)
    }
    plan = Plan(
        lender_id=by.lender_id,
        agreement=agreement,
        currency=plans[1].position.currency,
        open_minor=0,
        acted_until=on,
    )
    life = Life(agreement, plan, parts, plans, dict.fromkeys(plans, ()), on)
    for payment in agreement.payments.order_by("received_at", "id"):
        known = {number: (plans[number], life.events[number]) for number in plans}
        shares = sharing.share(payment.amount_minor, known, on=payment.value_date)
        for number, amount in shares.items():
            one = events.Payment(
                id=f"payment:{payment.id}",
                on=payment.value_date,
                kind="payment",
                amount_minor=amount,
            )
            life.events[number] = (*life.events[number], one)
    try:
        life.states = {number: replay(plans[number], life.events[number], on) for number in plans}
    except PlanError as error:
        raise RepaymentError("repayments.cannot_take_over", why=error.code) from error
    return life


def _write(life: Life) -> bool:
    """Write history and what stands; whether a row said something else about what was paid."""
    agreement, differs, rows = life.agreement, False, Writing()
    (kept,) = stored.many([agreement.id], locked=False)
    for number, state in life.states.items():
        items = kept.items.get(number, {})
        if set(items) != {row.number for row in state.rows}:
            raise RepaymentError("repayments.charged_differs")
        differs = differs or any(lives.paid_of(row) != items[row.number].paid for row in state.rows)
        rows.items.extend(lives.moved(items, state))
        lives.stands(life.parts[number], state)
    Part.objects.bulk_create(life.parts.values())
    stored.write(rows, lender_id=life.plan.lender_id)
    PlanEvent.objects.bulk_create(_history(life))
    life.plan.stopped = DIFFERS if differs else ""
    lives.stand(life)
    life.plan.save(force_insert=True)
    _collections(agreement)
    return differs


def _history(life: Life) -> list[PlanEvent]:
    made = []
    for part, known in life.events.items():
        for event in known:
            life.plan.events_count += 1
            made.append(
                PlanEvent(
                    lender_id=life.plan.lender_id,
                    agreement=life.agreement,
                    part=part,
                    number=life.plan.events_count,
                    kind=event.kind,
                    on_date=event.on,
                    body=event.model_dump(mode="json"),
                    recorded_at=ports.now(),
                )
            )
    return made


def _collections(agreement: Agreement) -> None:
    """Requests to the wallet knew their row alone; they are nobody's mandate of today."""
    asked = Collection.objects.filter(agreement=None, due_item__agreement=agreement)
    asked.exclude(state="requested").update(agreement=agreement, by_mandate=False)
    newest = asked.filter(state="requested").order_by("-requested_at", "id").first()
    if newest:
        asked.filter(id=newest.id).update(agreement=agreement, by_mandate=False)
