"""While another plan is asked for, less is charged, or nothing, and never later either."""

from __future__ import annotations

import pytest

from repact.plans.errors import PlanError
from repact.plans.servicing import rests
from repact.plans.servicing.compensation import compensate
from repact.plans.servicing.events import parse_events
from repact.plans.servicing.preview import consequences, resting
from repact.plans.servicing.replay import payoff, position_on, replay
from tests.unit.plans.servicing.contents import agreement, day, happened, paid, plain

LATE = {"late_rate_ppm": 360_000, "late_day_count": "ACT/360"}  # 200 a day on 2,000.00


# of the 29 days of the second period, which earns 16,620: 5,731
TEN_DAYS = (
    {"kind": "rest", "on": "02-11", "mode": "frozen", "id": "r"},
    {"kind": "rest_end", "on": "02-21", "id": "x"},
)


def rest(on, mode="frozen", **more):
    """Another plan is asked for on a day."""
    return {"kind": "rest", "on": on, "mode": mode, "id": "r"} | more


def ended(on, **more):
    return {"kind": "rest_end", "on": on, "id": "x"} | more


def late(events, on, made=None):
    """What being late has cost."""
    state = replay(made or plain(conduct=LATE), happened(*events), day(on))
    return sum(row.due.late for row in state.rows)


def middle():
    """Due on the 15th, and late days counted as months of 30."""
    return plain(
        conduct=LATE | {"late_day_count": "30/360"},
        first_due_date="2024-01-15",
        frequency={"every": 1, "unit": "month", "anchor_day": 15},
    )


def interest(made, events, on):
    return [row.due.interest for row in replay(made, happened(*events), day(on)).rows]


class TestBeingLateInARest:
    @pytest.mark.parametrize(
        ("events", "on", "cost"),
        [
            ((), "02-11", 2_000),
            ((rest("02-06"),), "02-06", 1_000),
            ((rest("02-06"),), "02-11", 1_000),
            ((rest("02-06", "running"),), "02-11", 2_000),
            ((rest("02-06", "reduced", annual_rate_ppm=36_000),), "02-11", 1_100),
            ((rest("02-06", "reduced", annual_rate_ppm=0),), "02-11", 1_000),
            ((rest("02-06", "reduced", annual_rate_ppm=999_999),), "02-11", 2_000),
            ((rest("01-20"),), "02-11", 0),
            ((rest("02-06"), ended("02-09")), "02-11", 1_400),
            ((rest("02-06"), ended("02-06")), "02-11", 2_000),
            ((rest("02-02"), ended("02-03"), rest("02-05", id="s")), "02-11", 600),
        ],
    )
    def test_costs_what_the_policy_says_day_by_day(self, events, on, cost):
        assert late(events, on) == cost

    def test_is_never_claimed_afterwards(self):
        asked = (rest("02-06"), ended("02-26"))
        assert late(asked, "02-26") == 1_000
        assert late(asked, "02-28") == late((), "02-28") - 20 * 200

    def test_counts_a_payment_of_the_rest_on_its_day(self):
        events = (rest("02-06"), paid("02-08", 101_000), ended("02-11"))
        assert late(events, "02-12") == 1_100

    def test_is_the_same_whenever_the_rest_became_known(self):
        events = (paid("02-08", 101_000), ended("02-11"), rest("02-06"))
        assert late(events, "02-12") == 1_100

    def test_costs_as_signed_again_when_the_rest_is_undone(self):
        undone = {"kind": "reversal", "on": "02-06", "of": "r"}
        assert late((rest("02-06"), undone), "02-11") == 2_000

    @pytest.mark.parametrize("first", ["pay", "rest"])
    def test_does_not_ask_which_came_first_on_a_day(self, first):
        both = (rest("02-06"), paid("02-06", 101_000))
        assert late(both if first == "rest" else both[::-1], "02-11") == 1_000
        both = (ended("02-11"), paid("02-11", 101_000))
        events = both if first == "rest" else both[::-1]
        assert late((rest("02-06"), *events), "02-12") == 1_100

    @pytest.mark.parametrize("ppm", [0, 359_999, 360_000])
    def test_never_costs_more_than_signed_though_a_month_of_31_days_is_cut(self, ppm):
        made = middle()
        cut = (
            rest("01-20", "reduced", annual_rate_ppm=ppm),
            ended("01-31"),
            rest("01-31", "reduced", annual_rate_ppm=ppm, id="s"),
        )
        assert 0 <= late(cut, "02-15", made) <= late((), "02-15", made)

    def test_may_cost_nothing_at_all_and_never_less(self):
        made = middle()
        cut = (rest("01-15"), ended("01-31"), rest("01-31", id="s"))
        assert late(cut, "02-15", made) == 0

    def test_is_right_to_the_last_minor_unit_of_huge_sums(self):
        made = plain(conduct=LATE, principal_minor=60_000_000_000)
        started = late((), "02-06", made)
        assert late((rest("02-06"),), "02-16", made) == started
        above = rest("02-06", "reduced", annual_rate_ppm=360_002)
        assert late((above,), "02-16", made) == late((), "02-16", made)
        assert late((rest("01-20"),), "02-16", made) == 0
        least = rest("02-06", "reduced", annual_rate_ppm=1)
        assert late((least,), "02-16", made) == started + 278  # of 10^10, 10 days at 1 ppm

    def test_says_the_rate_of_a_day(self):
        made = plain(conduct=LATE)
        events = (rest("02-06", "reduced", annual_rate_ppm=36_000), ended("02-09"))
        rates = [
            replay(made, happened(*events), day(on)).late_rate_ppm
            for on in ("02-05", "02-06", "02-08", "02-09")
        ]
        assert rates == [360_000, 36_000, 36_000, 360_000]
        assert (
            replay(made, happened(rest("02-06", "running")), day("02-07")).late_rate_ppm == 360_000
        )

    def test_says_what_a_day_costs_now_and_as_signed(self):
        made = plain(conduct=LATE)
        assert resting(made, (), day("02-06")) is None
        assert resting(made, happened(rest("02-06")), day("02-08")) == (0, 200, 0, 360_000, 0, 0)
        reduced = happened(rest("02-06", "reduced", annual_rate_ppm=36_000))
        found = resting(made, reduced, day("02-08"))
        assert found == (20, 200, 36_000, 360_000, 36_000, 0)
        running = happened(rest("02-06", "running"))
        assert resting(made, running, day("02-08")) == (200, 200, 360_000, 360_000, None, 0)
        over = happened(rest("02-06"), ended("02-08"))
        assert resting(made, over, day("02-07")) == (0, 200, 0, 360_000, 0, 0)
        assert resting(made, over, day("02-08")) is None

    def test_says_what_it_would_cost_if_one_asked(self):
        made = plain(conduct=LATE)
        (begins,) = happened(rest("02-08"))
        assert resting(made, (), day("02-08"), begins=begins) == (0, 200, 0, 360_000, 0, 0)
        asked = happened(rest("02-06", "running", id="other"))
        assert resting(made, asked, day("02-08"), begins=begins) == resting(
            made, asked, day("02-08")
        )

    def test_says_what_interest_its_days_have_spared(self):
        found = resting(agreement(), happened(rest("02-11")), day("02-21"))
        assert found is not None
        assert found.interest_minor == 5_731

    def test_says_nothing_of_what_rests_before_it_spared(self):
        again = rest("02-25", id="s")
        found = resting(agreement(), happened(*TEN_DAYS, again), day("02-25"))
        assert found is not None
        assert found.interest_minor == 0
        later = resting(agreement(), happened(*TEN_DAYS, again, paid("02-26", 1)), day("02-29"))
        assert later is not None
        assert later.interest_minor == 8_023 - 5_731  # 14 and 10 of 29 days


class TestInterestInARest:
    def test_is_not_earned_and_comes_off_when_the_rest_ends(self):
        made = agreement()
        as_signed = interest(made, (), "01-01")
        assert interest(made, TEN_DAYS, "02-20") == as_signed
        assert interest(made, TEN_DAYS, "02-21") == [52_500, 16_620 - 5_731, *as_signed[2:]]
        state = replay(made, happened(*TEN_DAYS), day("02-21"))
        assert (state.spared_minor, state.rows[1].charge_minor) == (5_731, 16_620 - 5_731)
        assert [row.due.principal for row in state.rows] == [
            row.principal_minor for row in made.schedule.rows
        ]
        assert state.postings == ()

    @pytest.mark.parametrize(
        ("mode", "ppm", "spared"),
        [("running", None, 0), ("reduced", 90_000, 2_865), ("reduced", 180_000, 0)],
    )
    def test_follows_the_policy(self, mode, ppm, spared):
        more = {"annual_rate_ppm": ppm} if ppm else {}
        events = (rest("02-11", mode, **more), ended("02-21"))
        assert replay(agreement(), happened(*events), day("03-01")).spared_minor == spared

    def test_is_rounded_once_for_all_its_days(self):
        asked = [rest("02-11"), ended("02-21")]
        paid_daily = [paid(f"02-{number}", 1) for number in range(12, 21)]
        state = replay(agreement(), happened(asked[0], *paid_daily, asked[1]), day("02-21"))
        assert state.spared_minor == 5_731

    def test_is_spared_over_several_periods_and_rests(self):
        made = agreement()
        events = (rest("01-22"), ended("02-11"), rest("02-21", id="s"), ended("03-12", id="y"))
        # 10 of 31 days, 10 and 9 of 29, 11 of 31
        expected = [52_500 - 5_806, 16_620 - 10_889, 15_219 - 5_400]
        assert interest(made, events, "03-12")[:4] == [*expected, 13_797]

    def test_spares_what_exceeds_the_rate_of_each_day(self):
        cut = {"kind": "rate", "from_date": "2024-02-16", "annual_rate_ppm": 90_000}
        made = agreement(measures=[cut])
        events = (rest("02-11", "reduced", annual_rate_ppm=90_000), ended("02-21"))
        # of ten days five were above the rate: 5 * 9 % of 15 * 18 % and 14 * 9 %
        charge = made.periods[1].charge_minor
        spared = replay(made, happened(*events), day("03-01")).spared_minor
        assert spared == (charge * 5 * 9 * 2 + 396) // (396 * 2)

    def test_spares_nothing_where_none_is_charged(self):
        frozen = {"kind": "freeze", "from_date": "2024-02-01", "to_date": "2024-03-01"}
        made = agreement(measures=[frozen])
        assert replay(made, happened(*TEN_DAYS), day("03-01")).spared_minor == 0

    def test_of_principal_paid_early_is_counted_on_the_days_it_was_there(self):
        made = agreement(conduct={"excess": "shorten"})
        bill = made.schedule.rows[0].payment_minor + made.schedule.rows[1].payment_minor
        events = (paid("02-01", bill), paid("02-16", 500_000), *TEN_DAYS)
        state = replay(made, happened(*events), day("02-21"))
        gone = 500_000 - (110_016 - 2_865)  # five days spared pay the third row before the payment
        kept = 1_107_984 * 18 * 5 + (1_107_984 - gone) * 18 * 5
        assert state.spared_minor == (kept * 2 + 1_200 * 29) // (1_200 * 29 * 2)
        assert state.rows[1].due.interest == state.rows[1].charge_minor > 0

    def test_paid_in_advance_pays_the_next_row(self):
        made = agreement()
        bill = sum(row.payment_minor for row in made.schedule.rows[:2])
        state = replay(made, happened(paid("02-01", bill), *TEN_DAYS), day("02-21"))
        assert state.rows[1].paid.interest == state.rows[1].due.interest == 16_620 - 5_731
        assert state.rows[2].paid.total_minor == 5_731
        taken, used = state.postings[1:]
        assert (taken.event, taken.on, taken.parts) == (
            "r",
            day("02-21"),
            ((2, "interest", -5_731),),
        )
        assert sum(part.amount_minor for part in used.parts) == 5_731

    def test_comes_off_before_a_payment_of_the_rest_is_used(self):
        made = agreement()
        first, second, _ = (row.payment_minor for row in made.schedule.rows[:3])
        events = (paid("02-01", first), rest("02-11"), paid("03-01", second))
        state = replay(made, happened(*events), day("03-01"))
        spared = (16_620 * 19 * 2 + 29) // (29 * 2)
        assert state.rows[1].paid.total_minor == second - spared
        assert state.rows[2].paid.total_minor == spared

    def test_may_end_the_plan(self):
        made = agreement(
            as_of="2024-04-01",
            effective_date="2024-04-01",
            first_due_date="2024-05-01",
            principal_minor=1_200_200,  # earns 18,003 in 30 days: half of it rounds up twice
            shape=[{"kind": "level", "count": 1}],
        )
        owed = payoff(made, (), day("04-16")).total_minor
        events = (paid("04-16", owed - 1), rest("04-16"), ended("05-01"))
        assert replay(made, happened(*events), day("04-30")).standing == "active"
        state = replay(made, happened(*events), day("05-01"))
        assert (state.standing, state.open_minor, state.credit_minor) == ("completed", 0, 0)

    def test_may_end_it_to_the_last_minor_unit(self):
        made = agreement(shape=[{"kind": "level", "count": 1}])
        events = (rest("01-01"), paid("01-01", 1), ended("02-01"))
        whole = replay(made, happened(*events), day("02-01")).open_minor
        events = (rest("01-01"), paid("01-01", 1 + whole), ended("02-01"))
        state = replay(made, happened(*events), day("02-01"))
        assert (state.standing, state.credit_minor) == ("completed", 0)

    def test_is_no_part_of_what_ends_the_plan(self):
        made = agreement()
        asked = happened(rest("01-11"))
        as_signed = payoff(made, (), day("01-21"))
        quote = payoff(made, asked, day("01-21"))
        assert quote.total_minor == payoff(made, (), day("01-11")).total_minor
        spared = as_signed.total_minor - quote.total_minor
        assert spared == 5_807  # 20 of 31 days of 18,000, less 10
        assert quote.saved_minor == as_signed.saved_minor + spared
        done = happened(rest("01-11"), paid("01-21", quote.total_minor))
        assert replay(made, done, day("01-21")).standing == "completed"
        left = happened(rest("01-11"), paid("01-21", quote.total_minor - 1))
        assert replay(made, left, day("01-21")).standing == "active"

    def test_of_a_bill_that_fell_due_is_none_either(self):
        made = agreement()
        asked = happened(rest("01-11"))
        assert (
            payoff(made, asked, day("02-11")).total_minor
            == payoff(made, (), day("01-11")).total_minor
        )

    def test_is_no_part_of_what_another_plan_starts_from(self):
        made = agreement(conduct=LATE)
        asked = happened(rest("01-11"))
        for on in ("01-11", "01-31", "02-01", "02-20", "04-15"):
            owed = position_on(made, asked, day(on))
            begun = position_on(made, (), day("01-11"))
            assert owed.model_copy(update={"as_of": begun.as_of}) == begun

    def test_of_principal_paid_early_is_none_of_what_ends_the_plan(self):
        made = agreement(conduct={"excess": "shorten"})
        bills = sum(row.payment_minor for row in made.schedule.rows[:2])
        early = (paid("02-01", bills), paid("02-16", 500_000))
        asked = happened(*early, rest("02-18"))
        first = payoff(made, asked, day("02-18"))
        signed = payoff(made, happened(*early), day("02-18"))
        assert 0 <= signed.total_minor - first.total_minor <= 1  # rounded twice, or once
        assert payoff(made, asked, day("02-25")).total_minor == first.total_minor

    def test_that_is_left_is_owed_once_the_period_is_over(self):
        made = agreement(conduct={"date_moves": 1, "date_move_days": 20})
        events = (
            paid("02-01", made.schedule.rows[0].payment_minor),
            rest("02-11"),
            ended("02-15"),
            {"kind": "date_move", "on": "02-20", "row": 2, "to_date": "2024-03-11"},
        )
        # 4 of 29 days of 16,619.76 are 2,292.38: both rounded, one less would be earned
        owed = payoff(made, happened(*events), day("03-01")).amounts
        assert owed.interest == 16_620 - 2_292

    def test_leaves_the_other_components_as_they_are(self):
        owed = position_on(agreement(), happened(rest("01-11")), day("01-21"))
        amounts = (owed.penalty_minor, owed.fees_minor, owed.interest_minor)
        assert amounts == (6_250, 0, 34_500 + 5_806)

    def test_is_no_part_of_a_plan_that_was_ended(self):
        made = agreement()
        gone = {"kind": "termination", "on": "01-21"}
        spared = replay(made, happened(rest("01-11"), gone), day("01-21")).open_minor
        at_once = happened(gone | {"on": "01-11"})
        assert spared == replay(made, at_once, day("01-21")).open_minor
        later = (rest("01-11"), gone, ended("01-31"))
        assert replay(made, happened(*later), day("01-31")).open_minor == spared

    def test_takes_nothing_from_a_plan_that_had_ended(self):
        made = agreement()
        events = ({"kind": "termination", "on": "01-11"}, rest("01-12"), ended("01-22"))
        state = replay(made, happened(*events), day("01-31"))
        assert state.spared_minor == 0
        assert state.open_minor == replay(made, happened(events[0]), day("01-31")).open_minor

    def test_leaves_no_trace_when_the_rest_is_undone(self):
        made = agreement()
        undone = [
            {"kind": "reversal", "on": on, "of": of} for on, of in (("02-21", "x"), ("02-21", "r"))
        ]
        assert interest(made, (*TEN_DAYS, *undone), "03-01") == interest(made, (), "01-01")


class TestAHolidayInARest:
    def shape(self, interest):
        return [
            {"kind": "holiday", "count": 2, "interest": interest},
            {"kind": "level", "count": 4},
        ]

    def test_adds_less_to_the_balance(self):
        made = agreement(shape=self.shape("accrue"))
        asked = (rest("01-11"), ended("02-11"))  # 21 of 31 days, 10 of 29
        state = replay(made, happened(*asked), day("02-11"))
        first = 18_000 - (18_000 * 21 * 2 + 31) // 62
        balance = 1_200_000 + first
        second = (balance * 15 + 500) // 1_000
        second -= (balance * 15 * 10 * 2 + 29_000) // 58_000
        assert [row.charge_minor for row in state.rows[:2]] == [first, second]
        balance += second
        for row in state.rows[2:]:
            assert row.due.interest - (34_500 if row.number == 1 else 0) == row.charge_minor
            assert row.charge_minor == (balance * 15 + 500) // 1_000
            balance -= row.due.principal
        assert balance == 0
        payments = [row.payment_minor for row in made.schedule.rows]
        assert [row.due.total_minor for row in state.rows[:5]] == payments[:5]
        assert state.rows[5].due.total_minor < payments[5]

    def test_asks_for_less_at_the_end_where_something_was_paid_ahead(self):
        made = agreement(shape=self.shape("accrue"))
        bill = made.schedule.rows[0].payment_minor
        asked = (paid("01-05", bill + 1), rest("01-11"), ended("01-21"))
        state = replay(made, happened(*asked), day("01-21"))
        assert state.spared_minor == 5_806
        dues = [row.due.total_minor for row in state.rows]
        signed = [row.payment_minor for row in made.schedule.rows]
        assert dues == [*signed[:5], signed[5] - 5_806]
        assert state.open_minor == sum(signed) - 5_806 - bill - 1

    def test_gives_back_principal_that_was_paid_at_the_end(self):
        order = ["principal", "late", "fees", "penalty", "interest"]
        made = agreement(
            interest_minor=500_000,
            measures=[{"kind": "carry", "component": "interest", "to": "last"}],
            shape=self.shape("accrue"),
            conduct={"allocation": [{"order": order}]},
        )
        nearly = paid("01-05", payoff(made, (), day("01-05")).total_minor - 1)
        before = replay(made, happened(nearly), day("01-05"))
        last = made.schedule.rows[5].principal_minor
        assert before.rows[5].paid.principal == last
        state = replay(made, happened(nearly, rest("01-11"), ended("01-21")), day("01-21"))
        assert state.open_minor == before.open_minor - 5_806
        assert (state.rows[5].due.principal, state.rows[5].paid.principal) == (last - 5_806,) * 2
        assert state.postings[1].parts == ((6, "principal", -5_806),)
        assert state.postings[2].parts == ((6, "interest", 5_806),)

    def test_that_keeps_its_interest_aside_asks_for_less_of_it(self):
        made = agreement(shape=self.shape("simple"))
        asked = (rest("01-11"), ended("01-21"))
        state = replay(made, happened(*asked), day("01-21"))
        signed = [row.interest_minor for row in made.schedule.rows]
        assert [row.due.interest for row in state.rows] == [*signed[:5], signed[5] - 5_806]

    def test_may_spare_more_than_the_last_row_keeps(self):
        made = agreement(shape=self.shape("simple"))
        signed = [row.interest_minor for row in made.schedule.rows]
        asked = (rest("01-01"), ended("03-01"))
        state = replay(made, happened(*asked), day("03-01"))
        assert state.spared_minor == 36_000
        assert [row.due.interest for row in state.rows[2:]] == [one - 9_000 for one in signed[2:]]

    def test_without_interest_spares_none(self):
        made = agreement(shape=self.shape("freeze"))
        asked = (rest("01-11"), ended("01-21"))
        assert replay(made, happened(*asked), day("01-21")).spared_minor == 0


class TestARest:
    def test_begins_once(self):
        with pytest.raises(PlanError, match="rests_already"):
            late((rest("02-06"), rest("02-07", id="s")), "02-08")

    def test_ends_once(self):
        with pytest.raises(PlanError, match="rests_not"):
            late((ended("02-07"),), "02-08")
        with pytest.raises(PlanError, match="rests_not"):
            late((rest("02-06"), ended("02-07"), ended("02-08", id="y")), "02-08")

    @pytest.mark.parametrize(
        "more",
        [
            {"mode": "reduced"},
            {"mode": "frozen", "annual_rate_ppm": 1},
            {"mode": "running", "annual_rate_ppm": 0},
            {"mode": "reduced", "annual_rate_ppm": -1},
            {"mode": "gone"},
            {},
        ],
    )
    def test_names_a_rate_where_it_is_reduced_and_only_there(self, more):
        with pytest.raises(PlanError):
            parse_events([{"kind": "rest", "id": "r", "on": "2024-02-06"} | more])

    def test_is_told_among_what_happened(self):
        state = replay(agreement(), happened(*TEN_DAYS), day("02-21"))
        assert [(one.kind, one.params) for one in state.happenings] == [
            ("rest_began", {"mode": "frozen"}),
            ("rest_ended", {}),
        ]
        assert state.rests == (rests.Rest("r", day("02-11"), day("02-21"), 0),)

    def test_that_becomes_known_late_is_made_up_for(self):
        made = plain(conduct=LATE)
        known = happened(paid("02-11", 202_000))
        (news,) = happened(rest("02-06"))
        change = compensate(made, known, news, day("02-11"))
        assert (change.cause, change.late_minor, change.open_minor) == (
            "event_arrived",
            -1_000,
            -1_000,
        )

    def test_promises_nothing_that_its_end_would_take_away(self):
        made = plain(conduct=LATE | {"cure_days": 5})
        asked = happened(rest("01-11"))
        assert consequences(made, asked, day("01-16")) == consequences(made, (), day("01-16"))
        assert consequences(made, asked, day("01-11")) == consequences(made, (), day("01-11"))
        later = happened(rest("01-11"), ended("01-20"))
        assert consequences(made, later, day("01-16")) == consequences(made, (), day("01-16"))
        assert consequences(made, later, day("01-21")) == consequences(made, (), day("01-21"))

    def test_of_a_plan_that_went_on_again_counts_up_to_the_day_it_gave_way(self):
        away = (
            {"kind": "renegotiation", "on": "02-11", "agreement": "next", "id": "n"},
            {"kind": "reversal", "on": "02-11", "of": "n", "id": "u"},
            {"kind": "resumption", "on": "02-11", "days": 10, "id": "back"},
        )
        events = (rest("02-06"), *away, ended("02-11"))
        assert late(events, "02-21") == 1_000
        assert late(events, "02-26") == 2_000
