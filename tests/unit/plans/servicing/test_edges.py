"""Edges of a plan's life: the day itself, the last row, one minor unit, nothing at all."""

from __future__ import annotations

import pytest

from repact.plans.errors import PlanError
from repact.plans.servicing import promises, words
from repact.plans.servicing.compensation import compensate
from repact.plans.servicing.preview import consequences
from repact.plans.servicing.replay import Ongoing, payoff, position_on, replay
from tests.unit.plans.servicing.contents import agreement, day, happened, paid, plain

WAIVE = {"kind": "waive", "component": "penalty", "share_ppm": 1_000_000}
BY_INSTALLMENT = {"penalty_minor": 600, "measures": [WAIVE | {"vests": "per_installment"}]}


def parts(state, number=-1):
    return [tuple(part) for part in state.postings[number].parts]


class TestMoneyBeforeItIsDue:
    def test_pays_the_rows_to_come_one_by_one(self):
        made = agreement()
        first, second = (row.payment_minor for row in made.schedule.rows[:2])
        state = replay(made, happened(paid("01-10", first + second + 20_000)), day("01-10"))
        assert [row.open_minor for row in state.rows[:2]] == [0, 0]
        assert state.rows[2].paid == (0, 0, 0, state.rows[2].due.interest, 4_781)
        assert state.rows[3].paid.total_minor == 0

    def test_is_used_in_the_order_for_nothing_past_due(self):
        late = {"from_days_past_due": 1, "order": ["principal", "interest", "late", "fees"]}
        late["order"].append("penalty")
        made = agreement(conduct={"allocation": [{}, late]})
        assert parts(replay(made, happened(paid("01-10", 100)), day("01-10"))) == [
            (1, "penalty", 100)
        ]
        assert parts(replay(made, happened(paid("02-02", 100)), day("02-02"))) == [
            (1, "principal", 100)
        ]

    @pytest.mark.parametrize("amount", [200_000, 250_000, 1_200_000, 1_200_001])
    def test_frees_no_interest_where_there_is_none(self, amount):
        state = replay(plain(), happened(paid("01-10", amount)), day("01-10"))
        assert state.postings[0].freed_minor == 0

    def test_frees_none_on_its_day_either(self):
        state = replay(agreement(), happened(paid("02-01", 5)), day("02-01"))
        assert state.postings[0].freed_minor == 0

    def test_is_credit_where_nothing_is_left_to_reduce(self):
        made = plain(conduct={"excess": "shorten"})
        early = happened(
            paid("01-10", 200_000 + 400_000),  # the last two rows are not needed anymore
            paid("04-01", 400_000),
            paid("05-01", 200_100),
        )
        before = replay(made, early, day("04-02"))
        assert [row.open_minor for row in before.rows] == [0, 0, 0, 200_000, 0, 0]
        state = replay(made, early, day("05-01"))
        assert parts(state) == [(4, "principal", 200_000)]
        assert state.postings[-1].credit_minor == 100
        assert state.postings[-1].freed_minor == 0


class TestAWaiver:
    def test_is_earned_once_where_part_of_it_was_before(self):
        made = plain(**BY_INSTALLMENT)
        state = replay(made, happened(paid("02-01", 200_000), paid("02-02", 10**6)), day("02-02"))
        assert [posting.vested_minor for posting in state.postings] == [100, 500]
        assert (state.vested_minor, state.pending_minor) == (600, 0)

    def test_is_earned_as_often_late_as_is_tolerated(self):
        made = plain(**BY_INSTALLMENT, conduct={"tolerated_late": 2})
        late = happened(*(paid(f"0{month}-20", 200_000) for month in (2, 3, 4)))
        assert [one.vested_minor for one in replay(made, late, day("04-20")).postings] == [
            100,
            100,
            0,
        ]

    def test_comes_back_as_far_as_it_was_not_earned(self):
        made = plain(**BY_INSTALLMENT, conduct={"waivers_return": True})
        events = happened(
            paid("02-01", 200_000),
            {"kind": "breach", "on": "03-02"},
            paid("03-03", 200_000 + 70),
        )
        state = replay(made, events, day("03-03"))
        assert state.happenings[-1].params == {"returned_minor": 500}
        assert parts(state) == [(2, "principal", 200_000), (0, "penalty", 70)]
        assert (state.returned.penalty, state.vested_minor, state.pending_minor) == (430, 100, 0)


class TestMoving:
    CONDUCT = {"date_moves": 2, "date_move_days": 31, "skips": 1}

    def moving(self, *events, **changes):
        made = plain(conduct=self.CONDUCT | changes)
        return replay(made, happened(*events), day("01-10"))

    def move(self, row, to, on="01-05"):
        return {"kind": "date_move", "on": on, "row": row, "to_date": f"2024-{to}"}

    def test_uses_up_one_move_at_a_time(self):
        assert self.moving().date_moves_left == 2
        assert self.moving(self.move(1, "02-02")).date_moves_left == 1
        both = self.moving(self.move(1, "02-02"), self.move(2, "03-02"))
        assert both.date_moves_left == 0
        assert self.moving({"kind": "skip", "on": "01-05", "row": 1}).skips_left == 0

    def test_reaches_the_last_row(self):
        assert self.moving(self.move(6, "07-09")).rows[5].due_date == day("07-09")

    def test_onto_the_day_of_another_row_leaves_no_order_to_reduce_principal_in(self):
        early = paid("01-06", 300_000)
        apart = self.moving(self.move(2, "03-31"), early, excess="shorten")
        assert apart.prepaid_minor == 100_000
        together = self.moving(self.move(2, "04-01"), early, excess="shorten")
        assert together.prepaid_minor == 0


class TestADay:
    def test_on_which_a_rate_begins_tells_it(self):
        change = {"kind": "rate", "from_date": "2024-03-01", "annual_rate_ppm": 90_000}
        made = agreement(measures=[change])
        assert replay(made, (), day("02-29")).happenings == ()
        assert [one.kind for one in replay(made, (), day("03-01")).happenings] == ["rate_changed"]

    def test_on_which_a_single_unit_is_owed_is_a_position(self):
        made = plain()
        events = happened(paid("02-01", 1_199_999))
        assert position_on(made, events, day("02-01")).principal_minor == 1
        with pytest.raises(PlanError, match="plan.nothing_owed"):
            position_on(made, happened(paid("02-01", 1_200_000)), day("02-01"))


class TestLookingAhead:
    LATE = {"late_rate_ppm": 365_000, "grace_days": 2}

    def by_kind(self, made, *events, on):
        return {one.kind: one for one in consequences(made, happened(*events), day(on))}

    def test_on_a_due_date_takes_that_row_for_paid(self):
        seen = self.by_kind(plain(conduct=self.LATE), on="02-01")["three_days_late"]
        assert (seen.on, seen.pay_minor) == (day("03-04"), 200_200)

    def test_shows_a_breach_on_the_first_day_it_is_possible(self):
        conduct = {"waivers_return": True, "cure_days": 2}
        made = plain(
            penalty_minor=600, measures=[WAIVE | {"vests": "on_completion"}], conduct=conduct
        )
        seen = self.by_kind(made, on="01-05")["three_days_late"]
        assert seen.on == seen.breach_possible_from
        assert seen.returning_minor == 600

    def test_to_an_early_end_finds_nothing_late_and_nothing_brought_back(self):
        seen = self.by_kind(agreement(), on="01-05")["paid_off_early"]
        assert (seen.days_past_due, seen.breach_possible_from, seen.returning_minor) == (0, None, 0)


class TestNews:
    def test_of_a_payment_to_a_finished_plan_is_credit_and_no_more(self):
        known = happened(paid("02-01", 1_300_000))
        news = happened(paid("02-02", 1, id="news"))[0]
        made_up = compensate(plain(), known, news, day("02-03"))
        assert (made_up.parts, made_up.credit_minor, made_up.open_minor) == ((), 1, 0)
        assert not made_up.changes_nothing
        told = words.about(made_up, currency="CNY", language="en")
        assert told.endswith(" reached us only now: 0.01 more is kept for you as credit.")


class TestAPromise:
    """So much by a day, said on another: both days count."""

    PROMISE = promises.Promise(said_on=day("02-01"), by=day("02-10"), amount_minor=500)

    def outcome(self, *events, on="02-10"):
        return promises.outcome(self.PROMISE, happened(*events), day(on))

    def test_is_open_up_to_its_day_and_broken_after_it(self):
        assert self.outcome(on="02-10") == "open"
        assert self.outcome(on="02-11") == "broken"

    @pytest.mark.parametrize("on", ["02-01", "02-10"])
    def test_is_kept_on_its_first_day_and_its_last(self, on):
        assert self.outcome(paid(on, 500)) == "kept"

    @pytest.mark.parametrize("on", ["01-31", "02-11"])
    def test_is_not_kept_outside_them(self, on):
        assert self.outcome(paid(on, 500), on="02-12") == "broken"

    def test_is_not_kept_by_anything_but_payments_that_stay(self):
        assert self.outcome(paid("02-02", 499), {"kind": "cure", "on": "02-03"}) == "open"
        back = {"kind": "reversal", "on": "02-10", "of": "e0"}
        assert self.outcome(paid("02-02", 500), back, on="02-09") == "kept"
        assert self.outcome(paid("02-02", 500), back, on="02-10") == "open"

    def test_is_kept_by_several_payments_together(self):
        assert self.outcome(paid("02-02", 200), paid("02-03", 300)) == "kept"


class TestAPayoff:
    def test_of_a_plan_that_was_paid_ahead_earns_no_more_than_its_rows(self):
        made = agreement()
        ahead = sum(row.payment_minor for row in made.schedule.rows[:2])
        quote = payoff(made, happened(paid("01-01", ahead)), day("02-01"))
        assert quote.amounts.interest == 0
        assert quote.amounts.principal == 1_240_750 + 18_000 - ahead


class TestAPlanThatGoesOnFromWhereItWas:
    """What a fold says after one more event is what a replay from the start says."""

    @pytest.mark.parametrize(
        "more",
        [
            {"kind": "skip", "row": 2},
            {"kind": "date_move", "row": 3, "to_date": "2024-04-05"},
            paid("02-10", 200_000 + 7),
            {"kind": "rest", "mode": "frozen"},
            {"kind": "breach"},
        ],
    )
    def test_in_every_row(self, more):
        conduct = {"skips": 1, "date_moves": 1, "date_move_days": 9, "late_rate_ppm": 240_000}
        made = agreement(conduct=conduct)
        known = happened(paid("01-20", 100_000))
        (event,) = happened(more | {"on": "02-10", "id": "more"})
        going = Ongoing(made, known, day("02-10"))
        before = going.state
        assert going.then(event) == replay(made, (*known, event), day("02-10")) != before
