"""Living by a plan: what each event does, and what it can never do."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from repact.plans.errors import InvariantError, PlanError
from repact.plans.servicing import live
from repact.plans.servicing.events import parse_events
from repact.plans.servicing.replay import replay
from tests.unit.plans.servicing.contents import agreement, day, happened, paid, plain


def refusal(*args):
    with pytest.raises(PlanError) as caught:
        replay(*args)
    return caught.value.code


class TestAPayment:
    def test_pays_the_oldest_row_first(self):
        state = replay(plain(), happened(paid("02-01", 200_000)), day("02-02"))
        assert [row.standing for row in state.rows] == ["paid"] + ["upcoming"] * 5
        assert state.rows[0].settled_on == day("02-01")
        assert state.paid.principal == 200_000
        assert state.open_minor == 1_000_000

    def test_in_part_leaves_the_rest_due(self):
        state = replay(plain(), happened(paid("02-01", 50_000)), day("02-01"))
        assert state.rows[0].open_minor == 150_000
        assert state.rows[0].standing == "due"
        assert state.overdue_minor == 0

    def test_pays_fees_penalty_interest_then_principal(self):
        made = agreement(fees_minor=1_000)
        state = replay(made, happened(paid("02-01", 1_000 + 6_250 + 100)), day("02-01"))
        assert state.rows[0].paid == (0, 1_000, 6_250, 100, 0)

    def test_ahead_of_time_pays_the_next_row(self):
        state = replay(plain(), happened(paid("01-15", 250_000)), day("01-15"))
        assert [row.open_minor for row in state.rows[:2]] == [0, 150_000]

    def test_beyond_the_plan_is_the_borrowers_credit(self):
        state = replay(plain(), happened(paid("02-01", 1_300_000)), day("02-01"))
        assert state.standing == "completed"
        assert state.credit_minor == 100_000
        again = replay(plain(), happened(paid("02-01", 1_300_000), paid("02-02", 5)), day("02-02"))
        assert again.credit_minor == 100_005

    def test_before_the_agreement_is_refused(self):
        early = parse_events(
            [{"id": "a", "kind": "payment", "on": "2023-12-31", "amount_minor": 1}]
        )
        assert refusal(plain(), early, day("02-01")) == "plan.event_before_start"

    def test_of_tomorrow_has_not_happened(self):
        events = happened(paid("02-01", 200_000))
        assert replay(plain(), events, day("01-31")).open_minor == 1_200_000

    def test_that_vanishes_is_an_invariant_broken(self, monkeypatch):
        monkeypatch.setattr(live.LiveRow, "pay", lambda _row, _index, amount: amount)
        with pytest.raises(InvariantError, match="plan.invariant_broken"):
            replay(plain(), happened(paid("02-01", 1)), day("02-01"))


class TestTheOrderOfAllocation:
    """By row or by component, and another one from a number of days past due on."""

    OWED = {"fees_minor": 20_000, "interest_minor": 60_000, "principal_minor": 500_000}

    def owing(self, **conduct):
        return agreement(
            **self.OWED,
            penalty_minor=0,
            annual_rate_ppm=0,
            shape=[{"kind": "level", "count": 1}],
            conduct=conduct,
        )

    CARD = [
        {"order": ["late", "fees", "penalty", "interest", "principal"]},
        {
            "from_days_past_due": 91,
            "order": ["principal", "interest", "late", "fees", "penalty"],
        },
    ]

    @pytest.mark.parametrize(
        ("on", "principal"),
        [("2024-05-01", 20_000), ("2024-05-02", 100_000)],
        ids=["W3: 90 days past due", "W4: 91 days past due"],
    )
    def test_of_a_card_turns_to_principal_from_91_days_on(self, on, principal):
        made = self.owing(allocation=self.CARD)
        events = parse_events([{"id": "a", "kind": "payment", "on": on, "amount_minor": 100_000}])
        state = replay(made, events, events[0].on)
        assert state.paid.principal == principal
        assert state.paid.fees + state.paid.interest == 100_000 - principal

    @pytest.mark.parametrize(
        ("pay", "fees", "interest", "principal"),
        [(100_000, 30_000, 70_000, 0), (200_000, 30_000, 125_050, 44_950)],
        ids=["W1", "W2"],
    )
    def test_by_default_is_costs_interest_principal(self, pay, fees, interest, principal):
        made = agreement(
            fees_minor=30_000,
            interest_minor=125_050,
            penalty_minor=0,
            principal_minor=1_000_000,
            annual_rate_ppm=0,
            shape=[{"kind": "level", "count": 1}],
        )
        state = replay(made, happened(paid("02-01", pay)), day("02-01"))
        assert state.paid == (0, fees, 0, interest, principal)

    @pytest.mark.parametrize(
        ("across", "rows"),
        [("rows", [(13_333, 1_667), (0, 0)]), ("components", [(13_333, 0), (1_667, 0)])],
    )
    def test_goes_row_by_row_or_component_by_component(self, across, rows):
        made = agreement(
            interest_minor=40_000,
            penalty_minor=0,
            annual_rate_ppm=0,
            measures=[{"kind": "carry", "component": "interest", "to": "spread"}],
            shape=[{"kind": "level", "count": 3}],
            conduct={"allocation": [{"across": across}]},
        )
        state = replay(made, happened(paid("03-01", 15_000)), day("03-01"))
        assert [(row.paid.interest, row.paid.principal) for row in state.rows[:2]] == rows

    def test_names_every_component_once(self):
        with pytest.raises(PlanError, match="plan.allocation_order_incomplete"):
            plain(conduct={"allocation": [{"order": ["principal"]}]})

    def test_starts_at_nothing_past_due_and_rises(self):
        rules = [{"from_days_past_due": 5}]
        with pytest.raises(PlanError, match="plan.allocation_rules_out_of_order"):
            plain(conduct={"allocation": rules})


class TestBeingLate:
    CONDUCT = {"grace_days": 3, "late_rate_ppm": 365_000}

    def late(self, *events, on):
        return replay(plain(conduct=self.CONDUCT), happened(*events), day(on))

    def test_costs_nothing_in_the_grace_days(self):
        state = self.late(on="02-04")
        assert state.rows[0].due.late == 0
        assert state.rows[0].standing == "grace"
        assert state.days_past_due == 3

    def test_costs_simple_interest_on_the_late_principal_afterwards(self):
        state = self.late(on="02-09")
        assert state.rows[0].due.late == 200_000 * 365_000 * 5 // (365 * 1_000_000)
        assert state.rows[0].standing == "late"
        assert state.overdue_minor == 200_000 + 1_000

    def test_costs_less_from_the_day_a_part_is_paid(self):
        state = self.late(paid("02-09", 101_000), on="02-14")
        assert state.rows[0].due.late == 1_000 + 500
        assert state.rows[0].open_minor == 100_500

    def test_is_rounded_once_however_many_parts_there_are(self):
        parts = [paid(f"02-{number:02}", 2_000) for number in range(5, 25)]
        state = self.late(*parts, on="02-24")
        principal, cost, paid_for = 200_000, Fraction(0), 0
        for _ in parts:
            cost += Fraction(principal * 365_000, 365 * 1_000_000)
            late = math.floor(cost + Fraction(1, 2)) - paid_for
            paid_for += late
            principal -= 2_000 - late
        assert state.rows[0].paid == (paid_for, 0, 0, 0, 200_000 - principal)

    def test_shows_on_two_clocks_and_neither_is_reset(self):
        contract = {
            "annual_rate_ppm": 0,
            "day_count": "30/360",
            "remaining": [
                {"due_date": "2023-12-01", "amount_minor": 600_000},
                {"due_date": "2024-02-01", "amount_minor": 600_000},
            ],
        }
        made = plain(contract=contract)
        before = replay(made, (), day("02-11"))
        assert (before.days_past_due, before.contract_days_past_due) == (10, 72)
        assert (
            replay(made, happened(paid("01-01", 600_000)), day("02-01")).contract_days_past_due == 0
        )
        state = replay(made, happened(paid("02-11", 200_000)), day("02-11"))
        assert (state.days_past_due, state.contract_days_past_due) == (0, 72)
        whole = replay(made, happened(paid("02-11", 1_200_000)), day("02-12"))
        assert (whole.days_past_due, whole.contract_days_past_due) == (0, 0)

    def test_has_no_second_clock_where_no_contract_is_named(self):
        assert self.late(on="02-04").contract_days_past_due is None


class TestMovingARow:
    CONDUCT = {"skips": 1, "date_moves": 1, "date_move_days": 10}

    def moved(self, *events, on="01-10"):
        return replay(plain(conduct=self.CONDUCT), happened(*events), day(on))

    def test_behind_the_last_one_costs_a_skip_and_nothing_else(self):
        state = self.moved({"kind": "skip", "on": "01-10", "row": 2})
        row = state.rows[1]
        assert row.due_date == day("08-01")
        assert row.signed_due_date == day("03-01")
        assert state.open_minor == 1_200_000
        assert state.skips_left == 0

    def test_to_another_day_costs_nothing(self):
        state = self.moved(
            {"kind": "date_move", "on": "01-10", "row": 1, "to_date": "2024-02-11"}, on="02-11"
        )
        assert state.rows[0].due_date == day("02-11")
        assert state.days_past_due == 0
        assert state.happenings[0].params == {"row": 1, "to": "2024-02-11"}

    @pytest.mark.parametrize(
        ("event", "code"),
        [
            ({"kind": "skip", "on": "01-11", "row": 3}, "plan.no_skips_left"),
            ({"kind": "skip", "on": "01-11", "row": 7}, "plan.no_such_row"),
            ({"kind": "skip", "on": "02-02", "row": 1}, "plan.row_not_movable"),
            (
                {"kind": "date_move", "on": "01-11", "row": 3, "to_date": "2024-05-01"},
                "plan.date_moved_too_far",
            ),
            (
                {"kind": "date_move", "on": "01-31", "row": 1, "to_date": "2024-01-30"},
                "plan.date_moved_too_far",
            ),
        ],
    )
    def test_beyond_what_was_agreed_is_refused(self, event, code):
        events = happened({"kind": "skip", "on": "01-10", "row": 2}, event)
        assert refusal(plain(conduct=self.CONDUCT), events, day("12-01")) == code

    def test_more_often_than_agreed_is_refused(self):
        move = {"kind": "date_move", "on": "01-10", "row": 1, "to_date": "2024-02-05"}
        events = happened(move, {**move, "row": 2, "to_date": "2024-03-05"})
        assert refusal(plain(conduct=self.CONDUCT), events, day("02-01")) == (
            "plan.no_date_moves_left"
        )


class TestUndoing:
    """Undo is always defined: a reversed event never happened."""

    def test_a_payment_is_a_charge_back_and_the_row_was_late_all_along(self):
        made = plain(conduct={"late_rate_ppm": 365_000})
        events = happened(paid("02-01", 200_000), {"kind": "reversal", "on": "02-11", "of": "e0"})
        assert replay(made, events, day("02-10")).overdue_minor == 0
        state = replay(made, events, day("02-11"))
        assert state.overdue_minor == 200_000 + 2_000
        assert state == replay(made, events[:0], day("02-11"))

    def test_an_undo_brings_the_event_back(self):
        events = happened(
            paid("02-01", 200_000),
            {"kind": "reversal", "on": "02-02", "of": "e0"},
            {"kind": "reversal", "on": "02-03", "of": "e1"},
        )
        assert replay(plain(), events, day("02-03")) == replay(plain(), events[:1], day("02-03"))

    def test_something_that_never_happened_is_refused(self):
        events = happened({"kind": "reversal", "on": "02-02", "of": "nothing"})
        assert refusal(plain(), events, day("02-03")) == "plan.unknown_event"

    def test_does_not_make_two_events_of_one(self):
        events = happened(paid("02-01", 5, id="same"), paid("02-01", 5, id="same"))
        assert refusal(plain(), events, day("02-03")) == "plan.duplicate_event"


class TestAWaiverEarnedByPaying:
    WAIVE = [{"kind": "waive", "component": "penalty", "share_ppm": 1_000_000}]

    def waiving(self, vests, **conduct):
        return plain(
            penalty_minor=600,
            measures=[self.WAIVE[0] | {"vests": vests}],
            conduct={"grace_days": 2, **conduct},
        )

    def test_vests_with_each_payment_on_time(self):
        state = replay(
            self.waiving("per_installment"), happened(paid("02-03", 200_000)), day("02-03")
        )
        assert (state.vested_minor, state.pending_minor) == (100, 500)
        assert state.postings[0].vested_minor == 100

    def test_waits_for_completion_where_a_payment_was_late(self):
        made = self.waiving("per_installment")
        late = happened(paid("02-04", 200_000), paid("03-01", 1_000_000))
        assert replay(made, late[:1], day("02-04")).vested_minor == 0
        state = replay(made, late, day("03-01"))
        assert (state.vested_minor, state.pending_minor) == (600, 0)
        assert sum(posting.vested_minor for posting in state.postings) == 600

    def test_vests_where_lateness_is_tolerated(self):
        made = self.waiving("per_installment", tolerated_late=1)
        late = happened(paid("02-20", 200_000), paid("03-20", 200_000))
        assert replay(made, late, day("03-20")).vested_minor == 100

    def test_on_completion_vests_with_the_last_payment(self):
        made = self.waiving("on_completion")
        assert replay(made, (), day("01-02")).pending_minor == 600
        state = replay(made, happened(paid("02-01", 1_200_000)), day("02-01"))
        assert (state.standing, state.vested_minor) == ("completed", 600)


class TestTheEvents:
    def test_are_refused_by_code_when_they_are_not_events(self):
        with pytest.raises(PlanError, match="plan.unknown_kind"):
            parse_events([{"id": "a", "on": "2024-02-01", "kind": "party"}])

    def test_of_one_day_keep_their_order(self):
        conduct = {"skips": 1}
        skip = {"kind": "skip", "on": "02-01", "row": 1}
        pay = paid("02-01", 200_000)
        first = replay(plain(conduct=conduct), happened(skip, pay), day("02-01"))
        assert [row.open_minor for row in first.rows] == [200_000, 0] + [200_000] * 4
        assert refusal(plain(conduct=conduct), happened(pay, skip), day("02-01")) == (
            "plan.row_not_movable"
        )

    def test_tell_when_a_rate_began_or_ended(self):
        made = agreement(
            measures=[
                {"kind": "rate", "from_date": "2024-03-01", "annual_rate_ppm": 90_000},
                {"kind": "freeze", "from_date": "2024-04-01", "to_date": "2024-05-01"},
            ]
        )
        state = replay(made, (), day("05-02"))
        assert [one.params["annual_rate_ppm"] for one in state.happenings] == [90_000, 0, 90_000]
        assert state.annual_rate_ppm == 90_000
        assert replay(made, (), day("04-02")).annual_rate_ppm == 0
