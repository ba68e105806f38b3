"""Every journal template is balanced; an entry that is not is never made."""

from __future__ import annotations

from datetime import date

import pytest

from repact.ledger import catalogue, chart, outcomes, plan_life, templates
from repact.ledger.entry import Entry, LedgerError, Line, lines

ON = date(2026, 11, 24)
OWED = {"principal": 100_000, "interest": 5_000, "penalty": 700, "fees": 0}
NOTHING = dict.fromkeys(OWED, 0)
CARRIED = {chart.PLAN_PRINCIPAL: 100_000, chart.UNEARNED_INTEREST: -90}
ENTRIES = [
    templates.book_imported(on=ON, currency="CNY", owed_minor=OWED),
    templates.interest_recognized(
        on=ON, currency="CNY", accrued_minor={"interest": 30, "penalty": 4}
    ),
    templates.agreement_sealed(
        on=ON,
        currency="CNY",
        owed_minor=OWED,
        planned_minor={"principal": 100_000, "interest": 9_000, "penalty": 0, "fees": 0},
        waived_minor=3_200,
    ),
    templates.payment_received(
        on=ON,
        currency="CNY",
        applied_minor={"principal": 900, "interest": 90, "penalty": 9, "fees": 1},
        late_minor=5,
        excess_minor=7,
    ),
    plan_life.plan_changed(
        template="payment_received",
        on=ON,
        currency="CNY",
        change=plan_life.Change(
            cash_minor=10_000,
            open_minor={"principal": -9_000, "interest": -1_200},
            late_minor=30,
            credit_minor=70,
            returned_minor=0,
        ),
    ),
    plan_life.plan_changed(
        template="plan_breached",
        on=ON,
        currency="CNY",
        change=plan_life.Change(open_minor={"penalty": 700}, returned_minor=700),
    ),
    plan_life.interest_earned(on=ON, currency="CNY", amount_minor=55),
    plan_life.moved_payment_reversed(
        on=ON,
        currency="CNY",
        amount_minor=900,
        owed_minor={chart.PRINCIPAL: 700},
        cash_account=chart.WALLET_CLEARING,
    ),
    plan_life.plan_ended(
        template="plan_superseded",
        on=ON,
        currency="CNY",
        open_minor={"principal": 90_000, "interest": 8_000},
        owed_minor={"principal": 90_000, "interest": 300, "penalty": 40},
        late_minor=40,
    ),
    plan_life.plan_ended(
        template="plan_withdrawn",
        on=ON,
        currency="CNY",
        open_minor={"principal": 100_000, "interest": 9_000},
        owed_minor=OWED,
        waived_back_minor=3_200,
    ),
    plan_life.suspense_received(on=ON, currency="CNY", amount_minor=1),
    plan_life.suspense_returned(on=ON, currency="CNY", amount_minor=1),
    plan_life.credit_refunded(on=ON, currency="CNY", amount_minor=1),
    templates.book_imported(on=ON, currency="CNY", owed_minor=OWED, is_line=True),
    templates.contract_payment_received(
        on=ON, currency="CNY", applied_minor={"interest": 3, "principal": 4}
    ),
    templates.contract_payment_reversed(
        on=ON, currency="CNY", amount_minor=7, owed_minor={chart.INTEREST: 3, chart.PRINCIPAL: 5}
    ),
    templates.beside_paid(on=ON, currency="CNY", amount_minor=2),
    templates.line_converted(on=ON, currency="CNY", amount_minor=7),
    outcomes.modification_recognized(on=ON, currency="CNY", gain_minor=-9),
    outcomes.modification_recognized(on=ON, currency="CNY", gain_minor=9),
    outcomes.modification_reversed(on=ON, currency="CNY", gain_minor=-9),
    outcomes.modification_unwound(on=ON, currency="CNY", amount_minor=-1),
    outcomes.written_off(on=ON, currency="CNY", carried_minor=CARRIED),
    outcomes.recovered(on=ON, currency="CNY", amount_minor=5, credit_minor=2),
    outcomes.recovered(on=ON, currency="CNY", amount_minor=5, came_minor={chart.PRINCIPAL: 5}),
    outcomes.debt_sold(on=ON, currency="CNY", carried_minor=CARRIED, price_minor=40_000),
    outcomes.bank_charged(on=ON, currency="CNY", amount_minor=5),
    outcomes.clearing_settled(on=ON, currency="CNY", amount_minor=-5),
]


@pytest.mark.parametrize(
    "entry", ENTRIES, ids=[f"{n}: {entry.template}" for n, entry in enumerate(ENTRIES)]
)
class TestEveryTemplate:
    def test_is_balanced_and_says_nothing_empty(self, entry):
        assert sum(line.amount_minor for line in entry.lines) == 0
        assert all(line.amount_minor for line in entry.lines)

    def test_is_undone_by_its_reversal(self, entry):
        undone = entry.reversal(happened_on=date(2026, 12, 1))
        assert [line.amount_minor for line in undone.lines] == [
            -line.amount_minor for line in entry.lines
        ]
        assert undone.template == f"{entry.template}.reversed"


def test_a_payment_gives_every_minor_unit_a_place():
    entry = ENTRIES[3]
    by_account = {line.account: line.amount_minor for line in entry.lines}
    assert by_account[chart.WALLET_CLEARING] == 900 + 90 + 9 + 1 + 5 + 7
    assert by_account[chart.BORROWER_CREDIT] == -7
    assert by_account[chart.LATE_INCOME] == -5


def test_a_plan_asks_for_exactly_what_was_signed():
    by_account = {line.account: line.amount_minor for line in ENTRIES[2].lines}
    assert by_account[chart.PLAN_PRINCIPAL] + by_account[chart.PLAN_INTEREST] == 109_000
    assert by_account[chart.WAIVERS] == 3_200


@pytest.mark.parametrize(
    ("made", "code"),
    [
        ((Line("1001", 5),), "ledger.too_few_lines"),
        ((Line("1001", 5), Line("9999", -5)), "ledger.unknown_account"),
        ((Line("1001", 0), Line("1101", 0)), "ledger.empty_line"),
        ((Line("1001", 5), Line("1101", -4)), "ledger.unbalanced"),
    ],
)
def test_an_entry_that_must_not_be_is_refused(made, code):
    with pytest.raises(LedgerError) as refusal:
        Entry("x", ON, "CNY", made)
    assert refusal.value.code == code


def test_lines_leave_zero_amounts_out():
    assert lines([("1001", 0), ("1101", 3)]) == (Line("1101", 3),)


def test_every_account_has_a_name_in_both_languages():
    for account in chart.accounts().values():
        assert account.zh
        assert account.en
    named = {
        value for name, value in vars(chart).items() if name.isupper() and isinstance(value, str)
    }
    assert named <= set(chart.accounts())


class TestAChangeOfAPlan:
    def test_sets_interest_that_will_not_come_against_unearned_interest(self):
        by_account = {line.account: line.amount_minor for line in ENTRIES[4].lines}
        assert by_account[chart.UNEARNED_INTEREST] == 30 + 70 - 10_000 + 10_200

    @pytest.mark.parametrize(
        ("change", "nothing"),
        [
            (plan_life.Change(), True),
            (plan_life.Change(open_minor={"principal": 0}), True),
            (plan_life.Change(open_minor={"principal": 1}), False),
            (plan_life.Change(cash_minor=1), False),
            (plan_life.Change(returned_minor=1), False),
        ],
    )
    def test_says_when_it_is_nothing(self, change, nothing):
        assert change.is_nothing is nothing


class TestAWaiverToBeEarned:
    """It waits in an account of its own, from the seal until it is earned or comes back."""

    SEALED = templates.agreement_sealed(
        on=ON,
        currency="CNY",
        owed_minor=OWED,
        planned_minor=OWED | {"interest": 0, "penalty": 0},
        waived_minor=5_700,
        pending_minor=5_000,
    )

    def left(self, *entries: Entry) -> dict[str, int]:
        made: dict[str, int] = {}
        for entry in (self.SEALED, *entries):
            for line in entry.lines:
                made[line.account] = made.get(line.account, 0) + line.amount_minor
        return made

    def changed(self, **fields: int | dict[str, int]) -> Entry:
        change = plan_life.Change(**fields)
        return plan_life.plan_changed(template="x", on=ON, currency="CNY", change=change)

    def test_is_no_expense_at_first(self):
        left = self.left()
        assert (left[chart.WAIVERS], left[chart.WAIVERS_TO_EARN]) == (700, 5_000)

    def test_is_an_expense_once_earned(self):
        left = self.left(self.changed(vested_minor=5_000))
        assert (left[chart.WAIVERS], left[chart.WAIVERS_TO_EARN]) == (5_700, 0)

    def test_comes_back_to_the_receivables(self):
        left = self.left(self.changed(unearned_minor=5_000, open_minor={"interest": 5_000}))
        assert (left[chart.PLAN_INTEREST], left[chart.WAIVERS_TO_EARN]) == (5_000, 0)
        assert left.get(chart.UNEARNED_INTEREST, 0) == 0

    def test_leaves_with_a_plan_that_is_taken_back(self):
        ended = plan_life.plan_ended(
            template="plan_withdrawn",
            on=ON,
            currency="CNY",
            open_minor=OWED | {"interest": 0, "penalty": 0},
            owed_minor=OWED,
            waived_back_minor=700,
            pending_minor=5_000,
        )
        assert not any(self.left(ended).values())


def test_a_sold_debt_leaves_the_difference_as_the_result():
    entry = outcomes.debt_sold(on=ON, currency="CNY", carried_minor=CARRIED, price_minor=40_000)
    by_account = {line.account: line.amount_minor for line in entry.lines}
    assert by_account[chart.DEBT_SALES] == sum(CARRIED.values()) - 40_000


def test_what_was_drawn_on_a_line_stands_apart():
    entry = templates.contract_payment_received(
        on=ON, currency="CNY", applied_minor={"interest": 3, "principal": 4}, is_line=True
    )
    by_account = {line.account: line.amount_minor for line in entry.lines}
    assert (by_account[chart.LINE], by_account[chart.INTEREST]) == (-4, -3)


def test_a_template_and_its_reversal_are_listed():
    assert catalogue.is_listed("payment_received")
    assert catalogue.is_listed("payment_received.reversed")
    assert not catalogue.is_listed("a_present")
