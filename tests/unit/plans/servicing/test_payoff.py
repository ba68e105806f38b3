"""Ending early: what it takes on any day, and what paying principal early does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from repact.plans.servicing.replay import payoff, replay
from tests.unit.plans.servicing.contents import agreement, day, happened, paid, plain

HOLIDAY = {"kind": "holiday", "count": 3}
LEVEL = {"kind": "level", "count": 9}


def quote(made, on, *events):
    return payoff(made, happened(*events), day(on))


class TestAPayoff:
    def test_on_a_due_date_is_the_row_and_the_principal_after_it(self):
        made = agreement()
        first = made.schedule.rows[0]
        assert quote(made, "02-01").total_minor == first.payment_minor + first.balance_minor

    def test_between_due_dates_has_interest_for_the_days_that_passed(self):
        made = agreement()
        first, second = made.schedule.rows[:2]
        made_on = quote(made, "02-16", paid("02-01", first.payment_minor))
        assert made_on.amounts.principal == first.balance_minor
        assert abs(made_on.amounts.interest * 29 - second.interest_minor * 15) < 29
        assert made_on.saved_minor == (
            sum(row.payment_minor for row in made.schedule.rows[1:]) - made_on.total_minor
        )

    def test_the_day_after_signing_still_has_what_was_due_anyway(self):
        made = agreement(fees_minor=700)
        amounts = quote(made, "01-01").amounts
        assert amounts == (0, 700, 6_250, 34_500, 1_200_000)

    def test_counts_the_days_as_the_rate_in_force_each_day(self):
        freeze = {"kind": "freeze", "from_date": "2024-01-01", "to_date": "2024-01-16"}
        made = agreement(measures=[freeze], interest_minor=0)
        assert quote(made, "01-16").amounts.interest == 0
        assert 0 < quote(made, "01-17").amounts.interest < quote(made, "01-30").amounts.interest
        whole = [{"kind": "freeze", "from_date": "2024-01-01", "to_date": "2024-03-01"}]
        assert quote(agreement(measures=whole, interest_minor=0), "02-15").amounts.interest == 0

    @pytest.mark.parametrize("interest", ["accrue", "simple", "freeze"])
    def test_in_a_holiday_asks_only_what_it_earned_so_far(self, interest):
        made = agreement(shape=[HOLIDAY | {"interest": interest}, LEVEL], interest_minor=0)
        amounts = quote(made, "02-01").amounts
        earned = 0 if interest == "freeze" else 18_000
        assert amounts.total_minor == 1_200_000 + 6_250 + earned
        assert quote(made, "01-01").amounts.total_minor == 1_206_250

    def test_has_what_was_set_aside_and_carried(self):
        made = agreement(
            measures=[
                {"kind": "set_aside", "share_ppm": 300_000},
                {"kind": "carry", "component": "interest", "to": "last"},
            ]
        )
        amounts = quote(made, "02-01").amounts
        first = made.schedule.rows[0]
        assert amounts.principal == 1_200_000
        assert amounts.interest == 34_500 + first.interest_minor

    def test_gives_back_interest_paid_in_advance(self):
        made = agreement()
        ahead = sum(row.payment_minor for row in made.schedule.rows[:6])
        amounts = quote(made, "01-01", paid("01-01", ahead)).amounts
        assert amounts.total_minor == 1_240_750 - ahead

    def test_asks_nothing_where_the_borrower_has_credit(self):
        assert quote(plain(), "02-02", paid("02-01", 1_300_000)).total_minor == 0
        assert quote(plain(), "02-02", paid("02-01", 1_300_000)).credit_minor == 100_000

    def test_has_what_a_breach_brought_back(self):
        made = plain(
            penalty_minor=500,
            measures=[
                {
                    "kind": "waive",
                    "component": "penalty",
                    "share_ppm": 1_000_000,
                    "vests": "on_completion",
                }
            ],
            conduct={"waivers_return": True},
        )
        assert quote(made, "02-03", {"kind": "breach", "on": "02-02"}).total_minor == 1_200_500

    @pytest.mark.parametrize("days", range(0, 370, 23))
    def test_paid_on_its_day_ends_the_plan(self, days):
        made = agreement(conduct={"late_rate_ppm": 200_000, "grace_days": 3})
        on = day("01-01") + timedelta(days=days)
        asked = payoff(made, (), on)
        ended = (*happened({"kind": "termination", "on": "01-01"}),)
        ended = (ended[0].model_copy(update={"on": on}),)
        assert replay(made, ended, on).open_minor == asked.total_minor


class TestPayingPrincipalEarly:
    FIRST = 150_766 + 0

    def after(self, excess, on="02-15", amount=300_000, **changes):
        made = agreement(**changes)
        due = made.schedule.rows[0].payment_minor
        second = made.schedule.rows[1].payment_minor
        events = happened(paid("02-01", due), paid(on, amount + second, excess=excess))
        return made, replay(made, events, day(on)), events

    def test_by_default_pays_rows_in_advance(self):
        _, state, _ = self.after(None)
        assert state.prepaid_minor == 0
        assert [row.standing for row in state.rows[:4]] == ["paid"] * 4

    def test_may_keep_the_payments_and_end_sooner(self):
        made, state, _ = self.after("shorten")
        assert state.rows[2].open_minor == made.schedule.rows[2].payment_minor
        assert [row.standing for row in state.rows[-2:]] == ["paid", "paid"]
        assert state.prepaid_minor > 300_000

    def test_may_keep_the_number_of_payments_and_lower_them(self):
        made, state, _ = self.after("lower")
        lower = {row.open_minor for row in state.rows[2:-1]}
        assert len(lower) == 1
        assert lower.pop() < made.schedule.rows[2].payment_minor
        assert state.rows[-1].open_minor > 0

    def test_frees_the_interest_it_does_not_earn_from_its_day_on(self):
        made, state, events = self.after("shorten")
        freed = state.postings[-1].freed_minor
        assert abs(freed - 300_000 * 15_000 * 15 // (1_000_000 * 29)) <= 1
        assert state.prepaid_minor == 300_000 + freed
        without = payoff(made, events[:1], day("02-20")).total_minor
        early = payoff(made, events, day("02-20")).total_minor
        second = made.schedule.rows[1].payment_minor
        saved = 300_000 * 15_000 * 5 // (1_000_000 * 29)
        assert abs(without - early - 300_000 - second - saved) <= 2

    @pytest.mark.parametrize("excess", ["advance", "shorten", "lower"])
    def test_all_of_it_ends_the_plan_with_interest_to_the_day_only(self, excess):
        made = agreement()
        due = made.schedule.rows[0].payment_minor
        asked = payoff(made, happened(paid("02-01", due)), day("02-15")).total_minor
        events = happened(paid("02-01", due), paid("02-15", asked + 5, excess=excess))
        state = replay(made, events, day("02-15"))
        assert state.standing == "completed"
        assert state.credit_minor == 5
        short = happened(paid("02-01", due), paid("02-15", asked - 1, excess=excess))
        assert replay(made, short, day("02-15")).standing == "active"

    def test_keeps_what_is_set_aside_and_carried_due(self):
        measures = [
            {"kind": "set_aside", "share_ppm": 250_000},
            {"kind": "carry", "component": "interest", "to": "last"},
        ]
        _, state, _ = self.after("shorten", amount=200_000, measures=measures)
        assert state.rows[-1].open_minor >= 300_000 + 34_500
        done = self.after("shorten", amount=900_000, measures=measures)[1]
        assert done.rows[-1].open_minor == 300_000 + 34_500 - done.rows[-1].paid.total_minor

    @pytest.mark.parametrize("interest", ["accrue", "freeze"])
    def test_goes_on_through_a_holiday_to_come(self, interest):
        shape = [{"kind": "interest_only", "count": 3}, HOLIDAY | {"interest": interest}, LEVEL]
        _, state, _ = self.after("shorten", shape=shape)
        assert [row.open_minor for row in state.rows[3:6]] == [0, 0, 0]
        assert state.rows[6].open_minor > 0
        assert state.prepaid_minor > 300_000

    def test_within_a_holiday_whose_interest_is_added_pays_in_advance(self):
        shape = [
            LEVEL | {"count": 3, "kind": "interest_only"},
            HOLIDAY | {"interest": "accrue"},
            LEVEL,
        ]
        made = agreement(shape=shape)
        due = sum(row.payment_minor for row in made.schedule.rows[:3])
        events = happened(paid("04-01", due), paid("05-15", 300_000, excess="shorten"))
        assert replay(made, events, day("05-15")).prepaid_minor == 0

    def test_before_a_holiday_that_has_not_begun_reduces_what_it_adds(self):
        shape = [
            LEVEL | {"count": 1, "kind": "interest_only"},
            HOLIDAY | {"interest": "accrue"},
            LEVEL,
        ]
        made = agreement(shape=shape)
        first = made.schedule.rows[0].payment_minor
        events = happened(paid("01-20", first + 500_000, excess="shorten"))
        state = replay(made, events, day("01-20"))
        assert state.prepaid_minor > 500_000
        assert min(min(row.due) for row in state.rows) == 0
        kept = made.schedule.totals.interest_minor - sum(row.due.interest for row in state.rows)
        assert kept > 0

    def test_pays_in_advance_where_interest_kept_aside_lies_ahead(self):
        shape = [{"kind": "interest_only", "count": 3}, HOLIDAY | {"interest": "simple"}, LEVEL]
        assert self.after("shorten", shape=shape)[1].prepaid_minor == 0

    def test_pays_in_advance_where_a_row_was_moved_behind_the_others(self):
        made = agreement(conduct={"skips": 1, "excess": "shorten"})
        events = happened({"kind": "skip", "on": "01-05", "row": 4}, paid("01-06", 800_000))
        state = replay(made, events, day("01-06"))
        assert state.prepaid_minor == 0

    def test_lowers_no_balloon_but_the_rows_before_it_end_sooner(self):
        shape = [LEVEL, {"kind": "balloon", "share_ppm": 400_000}]
        made, state, _ = self.after("lower", shape=shape)
        assert state.rows[2].open_minor == made.schedule.rows[2].payment_minor

    def test_by_a_cent_frees_no_interest(self):
        _, state, _ = self.after("shorten", amount=1)
        assert (state.prepaid_minor, state.postings[-1].freed_minor) == (1, 0)

    def test_once_nothing_is_left_is_credit(self):
        made = plain(conduct={"excess": "shorten"})
        state = replay(made, happened(paid("02-01", 1_200_001)), day("02-01"))
        assert (state.standing, state.credit_minor) == ("completed", 1)
        last = happened(paid("02-01", 1_000_000), paid("06-20", 200_001))
        state = replay(made, last, day("06-20"))
        assert (state.standing, state.credit_minor) == ("completed", 1)
