"""Help for many as a preset plan, and papers that never came."""

from __future__ import annotations

from typing import ClassVar

from repact.plans.errors import PlanError
from repact.policy import presets, propose
from tests.unit.policy.cases import CN, ON, debt, facts, loaded, proposed


class TestHelpForMany:
    HELP: ClassVar[dict] = {
        "code": "flood", "name": {"zh": "水灾", "en": "Flood"}, "reasons": [], "regions": [],
        "employers": [], "from_date": ON, "to_date": ON, "instruments": ["holiday"],
        "holiday_rows": 3,
    }  # fmt: skip

    def asked(self, days=10, **changes):
        policy = loaded(relief=[{**self.HELP, **changes}])
        return proposed(policy, debts=[debt(days_past_due=days)], relief="flood", evidence=())

    def test_is_the_preset_plan_and_no_other(self):
        (offer,) = self.asked().offers
        assert offer.label == "relief"
        assert [row.payment_minor for row in offer.bill.rows[:3]] == [0, 0, 0]
        assert len(offer.bill.rows) == 3 + 9

    def test_waives_and_lowers_what_it_names(self):
        names = ["holiday", "waive_penalty", "rate_cut"]
        (offer,) = self.asked(instruments=names, annual_rate_ppm=60_000).offers
        assert offer.parts[0].terms.annual_rate_ppm == 60_000
        assert offer.bill.totals.waived_minor == 20_000

    def test_may_do_without_a_pause(self):
        (offer,) = self.asked(instruments=["waive_penalty"], holiday_rows=0).offers
        assert len(offer.bill.rows) == 9

    def test_gives_way_to_other_plans_where_the_debt_allows_it_not(self):
        labels = {offer.label for offer in self.asked(instruments=["catch_up"], days=100).offers}
        assert "relief" not in labels

    def test_gives_way_where_the_engine_refuses_it(self, monkeypatch):
        def refuse(*_):
            raise PlanError("plan.never_ends")

        (offer,) = self.asked().offers
        assert offer
        ground = propose.ground_of(
            debts=[debt()], facts=facts(), loaded=loaded(relief=[self.HELP]), law=CN, on=ON
        )
        monkeypatch.setattr(type(ground), "draft", refuse)
        (found,) = ground.policy.relief
        assert presets.preset(ground, found).rule_id == "plan.never_ends"


class TestPapersThatNeverCame:
    def test_may_not_follow_a_second_time(self):
        made = proposed(affordable_minor=45_000, evidence=(), may_follow=False)
        assert not any(offer.evidence.is_conditional for offer in made.offers)
