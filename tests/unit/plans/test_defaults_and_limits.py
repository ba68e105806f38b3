"""What holds where nothing is said, and the last value that is taken."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from repact.plans.conduct import Conduct
from repact.plans.creditors import Debt
from repact.plans.instruments import arrears, payments, price, principal, settlement, timing
from repact.plans.instruments.elsewhere import all_entries
from repact.plans.measures import Standing
from repact.plans.modification import modification
from repact.plans.position import Position
from repact.plans.rate_roots import Term
from repact.plans.schedule import build
from repact.plans.servicing import promises
from repact.plans.servicing.replay import replay
from repact.plans.servicing.state import Amounts
from tests.unit.plans.servicing.contents import agreement, day, happened, paid, plain

CATALOGUED = (arrears, payments, price, principal, settlement, timing, promises)


class TestConduct:
    def test_without_a_word_is_mild(self):
        assert Conduct().model_dump() == {
            "grace_days": 0,
            "late_rate_ppm": 0,
            "late_day_count": "ACT/365F",
            "remind_days": 3,
            "waivers_return": False,
            "tolerated_late": 0,
            "cure_days": 0,
            "skips": 0,
            "date_moves": 0,
            "date_move_days": 0,
            "excess": "advance",
            "nudge_days": 1,
            "invite_days": 1,
            "debit_attempts": 1,
            "debit_every_days": 1,
            "debit_leaves_minor": 0,
            "declared_by": "person",
            "allocation": (
                {
                    "from_days_past_due": 0,
                    "across": "rows",
                    "order": ("late", "fees", "penalty", "interest", "principal"),
                },
            ),
        }

    @pytest.mark.parametrize(("name", "most"), [("grace_days", 365), ("skips", 120)])
    def test_has_limits(self, name, most):
        for good in (0, most):
            assert getattr(Conduct(**{name: good}), name) == good
        for bad in (-1, most + 1):
            with pytest.raises(ValidationError):
                Conduct(**{name: bad})

    def test_once_made_does_not_change(self):
        with pytest.raises(ValidationError, match="frozen"):
            Conduct().grace_days = 1


class TestADebt:
    def test_is_ordinary_and_due_unless_said_otherwise(self):
        assert Debt("a", 5) == Debt("a", 5, False, None, True, False, 0, None)


class TestAnInstrument:
    def test_has_one_of_forty_numbers(self):
        entries = all_entries()
        assert CATALOGUED
        assert list(entries) == list(range(1, 41))
        assert {entries[number].en for number in (31, 32, 34, 35, 36, 37, 38, 39, 40)} == {
            "Waterfall modification",
            "Consolidation",
            "Change of debtor, guarantor or collateral",
            "Standstill",
            "Pro-rata plan over several creditors",
            "Termination",
            "Write-off with a surviving claim",
            "Refinance or renegotiation",
            "Debt sale or placement",
        }
        assert all(entry.number == number for number, entry in entries.items())

    def test_capitalizes_interest_alone_unless_said_otherwise(self):
        assert [measure.component for measure in arrears.capitalize().measures] == ["interest"]


class TestNothing:
    def test_is_what_stands_before_anything_happens(self):
        assert Amounts() == (0, 0, 0, 0, 0)
        standing = Standing(owed={})
        assert (standing.waived, standing.capitalized, standing.set_aside) == (0, 0, 0)
        assert Term(1, 2).odd == 0

    def test_is_charged_for_a_change_unless_said(self):
        made = agreement(
            contract={"annual_rate_ppm": 240_000, "day_count": "30/360"}, principal_minor=1_000
        )
        position: Position = made.position
        parts = (position, made.terms, build(position, made.terms))
        assert modification(*parts) == modification(*parts, fees_minor=0)
        assert modification(*parts) != modification(*parts, fees_minor=1)

    def test_is_done_by_money_for_a_finished_plan_but_credit(self):
        events = happened(paid("02-01", 1_200_000), paid("02-02", 7))
        assert replay(plain(), events, day("02-02")).postings[-1] == (
            "e1",
            day("02-02"),
            (),
            7,
            0,
            0,
        )

    def test_is_the_cost_of_a_day_just_below_half_a_unit(self):
        for part, late in ((182_499_999, 0), (182_500_000, 1)):
            made = plain(principal_minor=6 * part, conduct={"late_rate_ppm": 1})
            assert replay(made, (), day("02-02")).rows[0].due.late == late
