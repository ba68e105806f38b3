"""Principal paid early: the rows to come against a plan worked out anew over what is left.

Every plan here is at 1.5% a month. On 2024-03-01 the second row falls due and is paid, the third
is paid in advance, and what is more is principal: it saves the whole month's interest of the third
row, which is principal too.
"""

from __future__ import annotations

import pytest

from repact.money.rounding import divide_half_up
from repact.plans.servicing.replay import replay
from tests.unit.plans.documents import built
from tests.unit.plans.servicing.contents import agreement, day, happened, paid, plain

CLEAN = {"interest_minor": 0, "penalty_minor": 0}
AMOUNTS = [1, 7, 99_991, 300_000, 500_003]


def month(balance):
    return divide_half_up(balance * 15, 1_000)


def early(made, amount, excess):
    """The state on 2024-03-01."""
    first, *more = (row.payment_minor for row in made.schedule.rows[:3])
    events = happened(paid("02-01", first), paid("03-01", sum(more) + amount, excess=excess))
    return replay(made, events, day("03-01"))


def to_come(state):
    return [(row.due.principal, row.due.interest) for row in state.rows if row.open_minor]


def worked_out(balance, payments):
    """Each payment less its interest is principal; None pays nothing and adds its interest."""
    rows = []
    for payment in payments:
        charge = month(balance)
        if payment is None:
            balance += charge
            continue
        principal = balance if payment == payments[-1] else min(balance, payment - charge)
        balance -= principal
        rows.append((principal, charge))
    return [row for row in rows if any(row)]


class TestWhatIsPaidEarly:
    @pytest.mark.parametrize("amount", AMOUNTS)
    def test_is_principal_with_the_interest_it_frees(self, amount):
        made = agreement(**CLEAN)
        state = early(made, amount, "lower")
        freed = month(amount)
        posting = state.postings[-1]
        assert (posting.freed_minor, state.prepaid_minor) == (freed, amount + freed)
        third = made.schedule.rows[2]
        assert state.rows[2].due.interest == third.interest_minor - freed
        assert state.rows[2].charge_minor == third.interest_minor - freed
        back = [(3, "interest", -freed)] if freed else []
        assert [tuple(part) for part in posting.parts[4:]] == [
            *back,
            (0, "principal", amount + freed),
        ]

    @pytest.mark.parametrize("amount", AMOUNTS)
    def test_lowers_the_rows_to_come_to_the_level_of_what_is_left(self, amount):
        made = agreement(**CLEAN)
        state = early(made, amount, "lower")
        left = built(
            **CLEAN,
            principal_minor=made.schedule.rows[2].balance_minor - state.prepaid_minor,
            shape=[{"kind": "level", "count": 9}],
        )
        assert to_come(state) == [(row.principal_minor, row.interest_minor) for row in left.rows]

    @pytest.mark.parametrize("amount", AMOUNTS)
    def test_or_keeps_them_and_ends_sooner(self, amount):
        made = agreement(**CLEAN)
        state = early(made, amount, "shorten")
        payments = [row.payment_minor for row in made.schedule.rows[3:]]
        payments[-1] = 10**9
        left = made.schedule.rows[2].balance_minor - state.prepaid_minor
        assert to_come(state) == worked_out(left, payments)

    def test_ends_with_whatever_is_left_however_little(self):
        made = agreement(**CLEAN)
        payments = [row.payment_minor for row in made.schedule.rows[3:]]
        payments[-1] = 10**9
        for amount in range(1_000, 111_000, 2_000):
            state = early(made, amount, "shorten")
            left = made.schedule.rows[2].balance_minor - state.prepaid_minor
            assert to_come(state) == worked_out(left, payments)

    def test_without_interest_lowers_to_equal_parts(self):
        """599,999 over three rows: two thirds of a unit go up, the last has the rest."""
        state = early(plain(), 1, "lower")
        assert to_come(state) == [(200_000, 0), (200_000, 0), (199_999, 0)]

    @pytest.mark.parametrize("interest", ["accrue", "freeze"])
    @pytest.mark.parametrize("amount", AMOUNTS)
    def test_goes_through_a_holiday_with_what_is_left(self, amount, interest):
        shape = [
            {"kind": "level", "count": 9},
            {"kind": "holiday", "count": 2, "interest": interest},
        ]
        shape = [{"kind": "fixed", "count": 4, "amount_minor": 60_000}, shape[1], shape[0]]
        made = agreement(**CLEAN, shape=shape)
        state = early(made, amount, "shorten")
        rows = made.schedule.rows
        payments = [60_000, None, None, *(row.payment_minor for row in rows[6:-1]), 10**9]
        if interest == "freeze":
            payments = [payment for payment in payments if payment]
        left = rows[2].balance_minor - state.prepaid_minor
        assert to_come(state) == worked_out(left, payments)

    @pytest.mark.parametrize("excess", ["shorten", "lower"])
    def test_reaches_all_that_bears_interest_and_not_what_was_set_aside(self, excess):
        """The rest pays what is left of the last row in advance."""
        aside = [{"kind": "set_aside", "amount_minor": 300_000}]
        made = agreement(**CLEAN, measures=aside)
        balance = made.schedule.rows[1].balance_minor
        third = made.schedule.rows[2].principal_minor
        state = early(made, balance + 5_000, excess)
        assert state.prepaid_minor == balance - third
        assert state.rows[2].due.interest == month(balance) - month(balance - third)
        assert to_come(state) == [(300_000, 0)]


class TestAHoliday:
    """Its interest is principal of the rows after it."""

    REST = {"kind": "holiday", "count": 2, "interest": "accrue"}
    LEVEL = {"kind": "level", "count": 9}

    @pytest.mark.parametrize(("on", "early"), [("04-01", 100_000), ("04-02", 0)])
    def test_can_be_made_smaller_until_it_has_begun(self, on, early):
        """The row before it was moved into it, and is what is paid first."""
        shape = [{"kind": "interest_only", "count": 3}, self.REST, self.LEVEL]
        conduct = {"date_moves": 1, "date_move_days": 20}
        made = agreement(**CLEAN, shape=shape, conduct=conduct)
        move = {"kind": "date_move", "on": "03-02", "row": 3, "to_date": "2024-04-10"}
        events = happened(paid("03-01", 36_000), move, paid(on, 18_000 + 100_000, excess="shorten"))
        state = replay(made, events, day(on))
        assert state.prepaid_minor == early
        if early:
            once = 1_100_000 + month(1_100_000)
            assert state.rows[5].due.interest == month(once + month(once))

    @pytest.mark.parametrize("on", ["04-01", "04-02", "04-30"])
    def test_that_is_over_stands_in_nobodys_way(self, on):
        made = agreement(**CLEAN, shape=[self.REST | {"count": 3}, self.LEVEL])
        fourth = made.schedule.rows[3].payment_minor
        events = happened(paid(on, fourth + 100_000, excess="shorten"))
        assert replay(made, events, day(on)).prepaid_minor >= 100_000
