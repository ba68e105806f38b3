"""A plan that breaks, and one that ends, by replay."""

from __future__ import annotations

import pytest

from repact.plans.errors import PlanError
from repact.plans.servicing.replay import position_on, replay
from tests.unit.plans.servicing.contents import agreement, day, happened, paid, plain


def refusal(*args):
    with pytest.raises(PlanError) as caught:
        replay(*args)
    return caught.value.code


class TestABreach:
    CONDUCT = {"grace_days": 2, "cure_days": 10, "waivers_return": True}
    BREACH = {"kind": "breach", "on": "02-14"}

    def plan(self, **changes):
        return plain(
            penalty_minor=600,
            fees_minor=300,
            measures=[
                {
                    "kind": "waive",
                    "component": "penalty",
                    "share_ppm": 1_000_000,
                    "vests": "on_completion",
                },
                {
                    "kind": "waive",
                    "component": "fees",
                    "share_ppm": 1_000_000,
                    "vests": "on_completion",
                },
            ],
            conduct=self.CONDUCT | changes,
        )

    def test_made_good_twice_earns_nothing_beside_what_was_waived(self):
        events = (
            self.BREACH,
            paid("02-14", 200_000),
            {"kind": "cure", "on": "02-14", "id": "c1"},
            {"kind": "breach", "on": "03-14", "id": "b2"},
            paid("03-14", 200_000),
            {"kind": "cure", "on": "03-14", "id": "c2"},
        )
        state = replay(self.plan(), happened(*events), day("03-14"))
        assert (state.vested_minor, state.pending_minor) == (0, 900)

    def test_is_possible_only_after_the_cure_window(self):
        state = replay(self.plan(), (), day("02-05"))
        assert state.breach_possible_from == day("02-14")
        early = happened({"kind": "breach", "on": "02-13"})
        assert refusal(self.plan(), early, day("02-13")) == "plan.breach_too_early"

    def test_is_not_possible_while_nothing_is_due(self):
        early = happened({"kind": "breach", "on": "01-13"})
        assert refusal(self.plan(), early, day("02-13")) == "plan.breach_too_early"

    def test_brings_back_what_was_not_earned_if_the_agreement_says_so(self):
        state = replay(self.plan(), happened(self.BREACH), day("02-14"))
        assert state.standing == "breached"
        assert (state.returned.penalty, state.returned.fees) == (600, 300)
        assert state.open_minor == 1_200_900
        assert state.pending_minor == 0

    def test_leaves_what_it_brought_back_to_the_next_plan(self):
        events = happened(self.BREACH, paid("02-14", 200_000 + 250))
        before = replay(self.plan(), events, day("02-14"))
        owed = position_on(self.plan(), events, day("02-14"))
        assert sum(before.returned) == 650
        assert (owed.penalty_minor, owed.fees_minor) == before.returned[2:0:-1]

    def test_brings_back_nothing_if_it_does_not(self):
        state = replay(self.plan(waivers_return=False), happened(self.BREACH), day("02-14"))
        assert state.standing == "breached"
        assert state.open_minor == 1_200_000
        assert state.pending_minor == 900

    def test_happens_once(self):
        twice = happened(self.BREACH, {"kind": "breach", "on": "02-15"})
        assert refusal(self.plan(), twice, day("02-15")) == "plan.breach_too_early"

    def test_is_cured_by_paying_what_is_due(self):
        events = happened(
            self.BREACH, paid("02-15", 200_000 + 500), {"kind": "cure", "on": "02-16"}
        )
        before = replay(self.plan(), events[:2], day("02-15"))
        assert sum(before.returned) == 400
        state = replay(self.plan(), events, day("02-16"))
        assert state.standing == "active"
        assert state.pending_minor == 900
        assert state.rows[1].open_minor == 199_500
        assert sum(state.returned) == 0

    def test_that_brought_nothing_back_is_cured_too(self):
        made = self.plan(waivers_return=False)
        events = happened(self.BREACH, paid("02-15", 200_000), {"kind": "cure", "on": "02-16"})
        assert replay(made, events, day("02-16")).standing == "active"
        unpaid = happened(self.BREACH, {"kind": "cure", "on": "02-14"})
        assert (
            replay(
                self.plan(),
                happened(self.BREACH, paid("02-14", 200_000), {"kind": "cure", "on": "02-14"}),
                day("02-14"),
            ).standing
            == "active"
        )
        assert refusal(made, unpaid, day("02-16")) == "plan.not_cured"

    def test_ends_when_everything_is_paid_the_returned_too(self):
        events = happened(self.BREACH, paid("02-15", 1_200_899))
        state = replay(self.plan(), events, day("02-15"))
        assert state.standing == "breached"
        assert state.open_minor == 1
        whole = happened(self.BREACH, paid("02-15", 1_200_900))
        assert replay(self.plan(), whole, day("02-15")).standing == "completed"

    def each(self, **changes):
        """A penalty of 600 waived, a sixth of it with each payment in time."""
        each = {"kind": "waive", "component": "penalty", "share_ppm": 1_000_000}
        return plain(
            penalty_minor=600,
            measures=[each | {"vests": "per_installment"}],
            conduct=self.CONDUCT | changes,
        )

    def test_earns_nothing_of_what_came_back_until_it_is_cured(self):
        events = happened(
            self.BREACH,
            paid("02-14", 200_000),
            paid("03-01", 200_000),
            {"kind": "cure", "on": "03-01"},
        )
        during = replay(self.each(), events[:3], day("03-01"))
        assert (during.vested_minor, during.pending_minor, sum(during.returned)) == (0, 0, 600)
        cured = replay(self.each(), events, day("03-01"))
        assert (cured.vested_minor, cured.pending_minor, sum(cured.returned)) == (100, 500, 0)

    def test_that_ends_the_plan_keeps_what_came_back_and_gives_up_what_did_not(self):
        end = {"kind": "termination", "on": "02-15"}
        broken = replay(self.each(), happened(self.BREACH, end), day("02-15"))
        assert (broken.vested_minor, broken.pending_minor, sum(broken.returned)) == (0, 0, 600)
        paid_one = paid("02-01", 200_000)
        kind = replay(self.each(waivers_return=False), happened(paid_one, end), day("02-15"))
        assert (kind.vested_minor, kind.pending_minor, sum(kind.returned)) == (600, 0, 0)
        assert kind.open_minor == 1_000_000
        all_paid = happened(paid_one, end, paid("02-15", 1_000_000))
        done = replay(self.each(waivers_return=False), all_paid, day("02-15"))
        assert (done.standing, done.vested_minor) == ("completed", 600)

    def test_of_a_settlement_brings_back_what_it_did_not_reach(self):
        made = agreement(
            shape=[{"kind": "lump_sum", "amount_minor": 700_000}],
            conduct={"waivers_return": True},
        )
        state = replay(made, happened({"kind": "breach", "on": "02-02"}), day("02-02"))
        assert state.returned.total_minor == 1_240_750 - 700_000
        assert replay(made, happened(paid("02-01", 700_000)), day("02-01")).vested_minor == 540_750


class TestAnEnd:
    def test_by_termination_has_everything_due_and_no_interest_to_come(self):
        made = agreement()
        events = happened(paid("02-01", 150_766), {"kind": "termination", "on": "02-16"})
        state = replay(made, events, day("02-16"))
        assert state.standing == "terminated"
        assert state.open_minor == sum(row.principal_minor for row in made.schedule.rows[1:]) + (
            state.rows[1].due.interest
        )
        half = made.schedule.rows[1].interest_minor * 15 // 29
        assert abs(state.rows[1].due.interest - half) <= 1
        done = replay(
            made, (*events, *happened(paid("02-17", state.open_minor, id="z"))), day("02-17")
        )
        assert (done.standing, done.credit_minor) == ("completed", 0)

    def test_by_termination_gives_back_what_was_paid_beyond_it(self):
        made = agreement()
        owed = replay(
            made, happened({"kind": "termination", "on": "01-02"}), day("01-02")
        ).open_minor
        later = happened(paid("01-30", owed + 5_000), {"kind": "termination", "on": "01-02"})
        nearly = happened(paid("01-02", owed - 1), {"kind": "termination", "on": "01-02"})
        assert replay(made, nearly, day("01-02")).open_minor == 1
        assert replay(made, later, day("01-30")).credit_minor == 5_000

    def test_by_termination_has_earned_no_more_when_a_bill_of_before_is_paid(self):
        made = agreement(
            measures=[
                {
                    "kind": "waive",
                    "component": "penalty",
                    "share_ppm": 1_000_000,
                    "vests": "per_installment",
                }
            ]
        )
        first = made.schedule.rows[0]
        assert first.vesting_minor > 0
        events = ({"kind": "termination", "on": "02-01"}, paid("02-01", first.payment_minor))
        state = replay(made, happened(*events), day("02-01"))
        assert state.rows[0].standing == "paid"
        assert state.vested_minor == replay(made, happened(events[0]), day("02-01")).vested_minor

    def test_by_termination_after_the_last_due_date_changes_nothing(self):
        events = happened({"kind": "termination", "on": "12-01"})
        assert replay(plain(), events, day("12-01")).open_minor == 1_200_000

    def test_by_renegotiation_hands_on_what_is_owed(self):
        made = agreement(conduct={"late_rate_ppm": 240_000})
        events = happened(paid("02-01", 150_766))
        position = position_on(made, events, day("03-11"))
        row = made.schedule.rows[1]
        assert position.principal_minor == sum(r.principal_minor for r in made.schedule.rows[1:])
        assert position.penalty_minor > 0
        assert position.interest_minor > row.interest_minor
        after = (
            *events,
            *happened({"kind": "renegotiation", "on": "03-11", "agreement": "next", "id": "n"}),
        )
        state = replay(made, after, day("03-11"))
        assert state.standing == "renegotiated"
        more = (*after, *happened(paid("03-12", 7, id="m")))
        assert replay(made, more, day("03-12")).credit_minor == 7
        again = (*after, *happened({"kind": "termination", "on": "03-12", "id": "t"}))
        assert refusal(made, again, day("03-12")) == "plan.not_in_force"

    def test_leaves_no_position_when_nothing_is_owed(self):
        with pytest.raises(PlanError, match="plan.nothing_owed"):
            position_on(plain(), happened(paid("02-01", 1_200_000)), day("02-01"))
