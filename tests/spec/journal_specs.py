"""One example of every journal template: the journal's manual prints them, the tests hold them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from unittest import mock

from repact.ledger import chart, outcomes, plan_life, sealing, templates
from repact.ledger.entry import Entry
from repact.ledger.plan_life import Change
from repact.plans import schedule
from tests.spec.specs import SPECS

ON = date(2024, 2, 1)
CNY = "CNY"
OWED = {"principal": 1_200_000, "interest": 34_500, "penalty": 6_250, "fees": 0}
PLANNED = {"principal": 1_200_000, "interest": 158_112, "penalty": 0, "fees": 0}
CARRIED = {
    chart.PLAN_PRINCIPAL: 900_000,
    chart.PLAN_INTEREST: 80_000,
    chart.MODIFICATION: -12_400,
    chart.UNEARNED_INTEREST: -79_000,
}
LEFT = {"principal": 900_000, "interest": 80_000}

# Instruments that no schedule of their own shows; the rest seal a plan.
BY_TEMPLATE = {
    2: (),
    34: (),
    35: (),
    37: ("plan_terminated",),
    38: ("written_off", "recovered"),
    39: ("plan_superseded", "agreement_sealed"),
    40: ("debt_sold",),
}


def _changed(template: str, change: Change) -> Entry:
    return plan_life.plan_changed(template=template, on=ON, currency=CNY, change=change)


def _beginnings() -> tuple[Entry, ...]:
    return (
        templates.book_imported(on=ON, currency=CNY, owed_minor=OWED),
        templates.interest_recognized(
            on=ON, currency=CNY, accrued_minor={"interest": 590, "penalty": 110}
        ),
        templates.contract_payment_received(
            on=ON, currency=CNY, applied_minor={"interest": 34_500, "principal": 65_500}
        ),
        templates.contract_payment_reversed(
            on=ON,
            currency=CNY,
            amount_minor=100_000,
            owed_minor={chart.INTEREST: 34_500, chart.PRINCIPAL: 65_900},
        ),
        templates.line_converted(on=ON, currency=CNY, amount_minor=800_000),
        templates.agreement_sealed(
            on=ON,
            currency=CNY,
            owed_minor=OWED,
            planned_minor=PLANNED,
            waived_minor=40_750,
            pending_minor=34_500,
        ),
        outcomes.modification_recognized(on=ON, currency=CNY, gain_minor=-50_761),
        outcomes.modification_reversed(on=ON, currency=CNY, gain_minor=-50_761),
        outcomes.modification_unwound(on=ON, currency=CNY, amount_minor=5_765),
        plan_life.interest_earned(on=ON, currency=CNY, amount_minor=18_000),
    )


def _changes() -> tuple[Entry, ...]:
    paid = Change(
        cash_minor=120_000,
        open_minor={"principal": -95_000, "interest": -19_110},
        late_minor=890,
        credit_minor=5_000,
    )
    undone = Change(
        cash_minor=-120_000,
        open_minor={"principal": 95_000, "interest": 19_110},
        late_minor=-890,
        credit_minor=-5_000,
    )
    return (
        _changed("payment_received", paid),
        _changed("payment_reversed", undone),
        _changed("plan_compensated", Change(open_minor={"interest": 37})),
        _changed("plan_moved", Change(open_minor={"interest": 0, "principal": 1, "fees": -1})),
        _changed("plan_move_undone", Change(open_minor={"principal": -1, "fees": 1})),
        _changed("plan_breached", Change(open_minor={"penalty": 6_250}, unearned_minor=6_250)),
        _changed("plan_reinstated", Change(open_minor={"penalty": -6_250}, unearned_minor=-6_250)),
        _changed("plan_terminated", Change(open_minor={"interest": -62_000})),
        _changed("plan_rested", Change(open_minor={"principal": -1_200, "interest": -4_531})),
        plan_life.plan_ended(
            template="plan_superseded",
            on=ON,
            currency=CNY,
            open_minor=LEFT,
            owed_minor={"principal": 900_000, "interest": 450, "penalty": 890},
            late_minor=890,
        ),
        plan_life.plan_ended(
            template="plan_withdrawn",
            on=ON,
            currency=CNY,
            open_minor=PLANNED,
            owed_minor=OWED,
            waived_back_minor=6_250,
            pending_minor=34_500,
        ),
        plan_life.plan_resumed(
            on=ON,
            currency=CNY,
            change=Change(cash_minor=20_000, open_minor={"principal": -15_000, "interest": -5_000}),
            paid_minor={"penalty": 890, "interest": 450, "principal": 18_660},
        ),
    )


def _endings() -> tuple[Entry, ...]:
    return (
        plan_life.suspense_received(on=ON, currency=CNY, amount_minor=9_900),
        plan_life.suspense_returned(on=ON, currency=CNY, amount_minor=9_900),
        templates.beside_paid(on=ON, currency=CNY, amount_minor=9_900),
        plan_life.credit_refunded(on=ON, currency=CNY, amount_minor=5_000),
        outcomes.clearing_settled(on=ON, currency=CNY, amount_minor=120_000),
        outcomes.bank_charged(on=ON, currency=CNY, amount_minor=500),
        outcomes.written_off(on=ON, currency=CNY, carried_minor=CARRIED),
        outcomes.recovered(on=ON, currency=CNY, amount_minor=60_000),
        outcomes.debt_sold(
            on=ON,
            currency=CNY,
            carried_minor={chart.RECEIVABLE[name]: amount for name, amount in OWED.items()},
            price_minor=400_000,
        ),
    )


EXAMPLES = {entry.template: entry for entry in (*_beginnings(), *_changes(), *_endings())}


def sealed_by(number: int, /) -> Entry | None:
    """The first entry of the plan that an instrument's first example makes; None without one."""
    made: list[Entry] = []
    build: Callable[..., schedule.Schedule] = schedule.build

    def recorded(position, terms):  # type: ignore[no-untyped-def]
        whole = build(position, terms)
        made.append(sealing.sealed(position, whole, on=terms.effective_date))
        return whole

    spec = next((spec for spec in SPECS if spec.number == number), None)
    if spec is None or number in BY_TEMPLATE:
        return None
    with mock.patch.object(schedule, "build", recorded):
        spec.make()
    return made[-1]
