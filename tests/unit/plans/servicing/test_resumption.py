"""A plan that goes on because the one in its place was taken back: no day between counts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from repact.plans.errors import PlanError
from repact.plans.servicing.events import parse_events
from repact.plans.servicing.replay import replay
from tests.unit.plans.servicing.contents import agreement, day, happened, paid

LATE = {"late_rate_ppm": 240_000, "grace_days": 3}
AWAY = 10


def away(on, days=AWAY):
    """The plan gave way on a day, and that was taken back so many days later."""
    return (
        {"kind": "renegotiation", "on": on, "agreement": "next", "id": "n"},
        {"kind": "reversal", "on": on, "of": "n", "id": "u"},
        {"kind": "resumption", "on": on, "days": days, "id": "r"},
    )


def row(made, events, on, number):
    return replay(made, happened(*events), day(on)).rows[number - 1]


class TestAPlanThatGoesOn:
    def test_asks_for_the_same_bills(self):
        made = agreement(conduct=LATE)
        state = replay(made, happened(*away("01-28")), day("02-07"))
        plain = replay(made, (), day("01-28"))
        assert state.standing == "active"
        assert [r.due for r in state.rows] == [r.due for r in plain.rows]

    def test_has_what_fell_due_between_fall_due_on_the_last_day(self):
        made = agreement(conduct=LATE)
        (due,) = {row(made, away("01-28"), on, 1).due_date for on in ("01-28", "02-03", "02-20")}
        assert due == day("02-07")
        assert row(made, away("01-28"), "02-07", 1).standing == "due"
        assert row(made, away("01-28"), "02-10", 1).standing == "grace"
        assert row(made, away("01-28"), "02-11", 1).due.late > 0

    def test_leaves_what_falls_due_later_alone(self):
        made = agreement(conduct=LATE)
        assert row(made, away("01-28"), "02-07", 2).due_date == made.schedule.rows[1].due_date

    @pytest.mark.parametrize("on", ["02-02", "02-20"])
    def test_counts_no_day_between_of_what_was_late(self, on):
        made = agreement(conduct=LATE)
        before = row(made, (), on, 1)
        back = (day(on) + timedelta(days=AWAY)).isoformat()[5:]
        after = row(made, away(on), back, 1)
        assert (after.due, after.standing) == (before.due, before.standing)
        assert after.due_date == before.due_date + timedelta(days=AWAY)
        later = (day(on) + timedelta(days=AWAY + 9)).isoformat()[5:]
        plain = (day(on) + timedelta(days=9)).isoformat()[5:]
        assert row(made, away(on), later, 1).due.late == row(made, (), plain, 1).due.late > 0

    def test_leaves_what_was_paid_alone(self):
        made = agreement(conduct=LATE)
        first = made.schedule.rows[0]
        events = (paid("01-20", first.payment_minor), *away("01-28"))
        found = row(made, events, "02-07", 1)
        assert (found.due_date, found.standing) == (first.due_date, "paid")

    def test_takes_what_was_paid_between_as_it_would_have(self):
        made = agreement(conduct=LATE)
        first = made.schedule.rows[0]
        events = (*away("01-28"), paid("02-06", first.payment_minor))
        found = row(made, events, "02-07", 1)
        assert (found.standing, found.paid.total_minor) == ("paid", first.payment_minor)
        assert found.paid.late == 0

    def test_was_in_force(self):
        with pytest.raises(PlanError, match="not_in_force"):
            replay(
                agreement(),
                happened(
                    {"kind": "termination", "on": "01-28", "id": "t"},
                    {"kind": "resumption", "on": "01-28", "days": 3},
                ),
                day("02-07"),
            )

    @pytest.mark.parametrize("days", [0, -1, "3", None])
    def test_was_away_for_a_day_at_least(self, days):
        with pytest.raises(PlanError):
            parse_events([{"kind": "resumption", "id": "r", "on": "2024-01-28", "days": days}])
