"""The ladder of conduct: which step on which day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from repact.plans.conduct import Conduct
from repact.plans.servicing import ladder

DUE = date(2026, 12, 15)


def days(**terms):
    """Each step and its distance from the due date."""
    return [(step.kind, (step.on - DUE).days) for step in ladder.steps(Conduct(**terms), DUE)]


class TestTheLadder:
    def test_climbs_from_a_reminder_to_a_breach(self):
        assert days(grace_days=3, cure_days=10, remind_days=3) == [
            ("remind", -3),
            ("debit", 0),
            ("missed", 1),
            ("nudge", 3),
            ("late", 4),
            ("invite", 13),
            ("breach", 14),
        ]

    def test_without_grace_has_no_days_to_warn_in(self):
        assert days(remind_days=0) == [("debit", 0), ("late", 1), ("breach", 1)]

    def test_debits_as_often_as_was_signed_and_never_twice_a_day(self):
        debits = [
            day for kind, day in days(debit_attempts=3, debit_every_days=2) if kind == "debit"
        ]
        assert debits == [0, 2, 4]

    def test_says_one_thing_a_day_where_nudge_and_missed_would_meet(self):
        assert [kind for kind, _ in days(grace_days=1, remind_days=0)] == [
            "debit",
            "missed",
            "late",
            "breach",
        ]

    @pytest.mark.parametrize("terms", [{"nudge_days": 0}, {"invite_days": 0}])
    def test_leaves_out_what_was_not_agreed(self, terms):
        name = next(iter(terms)).removesuffix("_days")
        assert name not in dict(days(grace_days=5, cure_days=5, **terms))

    def test_invites_no_sooner_than_it_is_late(self):
        assert dict(days(grace_days=2, cure_days=3, invite_days=30))["invite"] == 4

    def test_invites_nobody_on_the_day_of_the_breach_itself(self):
        assert "invite" not in dict(days(grace_days=2, cure_days=1))

    def rested(self, *rests, **terms):
        made = [
            ladder.Rest(DUE + timedelta(days=a), None if b is None else DUE + timedelta(days=b))
            for a, b in rests
        ]
        conduct = Conduct(grace_days=3, cure_days=10, remind_days=3, **terms)
        return [(s.kind, (s.on - DUE).days) for s in ladder.steps(conduct, DUE, rests=made)]

    def test_stands_still_while_it_rests(self):
        assert self.rested((2, None)) == [("remind", -3), ("debit", 0), ("missed", 1)]

    def test_goes_on_where_it_stood_after_a_rest(self):
        assert self.rested((2, 12))[3:] == [
            ("nudge", 13),
            ("late", 14),
            ("invite", 23),
            ("breach", 24),
        ]

    def test_takes_no_step_on_the_first_day_of_a_rest(self):
        assert dict(self.rested((4, 12)))["late"] == 12
        assert dict(self.rested((5, 12)))["late"] == 4

    def test_begins_after_the_rest_for_what_fell_due_in_it(self):
        assert dict(self.rested((-10, 5))) | {} == {
            "remind": 2,
            "debit": 5,
            "missed": 6,
            "nudge": 8,
            "late": 9,
            "invite": 18,
            "breach": 19,
        }

    def test_makes_no_debit_twice_that_was_made_on_the_day_it_came_to_rest(self):
        assert dict(self.rested((0, 9)))["debit"] == 0

    def test_counts_every_rest(self):
        assert dict(self.rested((2, 4), (6, 9)))["breach"] == 14 + 2 + 3

    def test_is_as_signed_for_what_falls_due_after_a_rest(self):
        assert self.rested((-9, -1)) == self.rested()

    def test_has_a_last_good_day_but_not_while_it_rests(self):
        conduct = Conduct(grace_days=3, cure_days=10)
        assert ladder.last_good_date(conduct, DUE) == DUE + timedelta(days=13)
        rests = [ladder.Rest(DUE, None)]
        assert ladder.last_good_date(conduct, DUE, rests=rests) is None

    def test_spans_a_leap_day(self):
        steps = ladder.steps(Conduct(grace_days=1), date(2028, 2, 28))
        assert steps[-1].on == date(2028, 3, 1)
