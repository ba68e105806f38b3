"""Plans of other shapes, built at the desk: within the bounds, under the same judge, by a form."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml

from repact.sandbox import seed
from repact.server.offers import building, queries, shaping
from repact.server.offers.shaping import Shape
from tests.integration.negotiating import draft, with_policy

SHAPES = {
    "step_up": (Shape("step_up", rows=3, steps=2, part_ppm=100_000), "rising"),
    "seasonal": (Shape("seasonal", part_ppm=500_000, months=(1, 2)), "seasonal"),
    "balloon": (Shape("balloon", part_ppm=100_000), ""),
    "trial": (Shape("trial", rows=2), ""),
    "none": (shaping.EQUAL, ""),
}


@pytest.fixture
def offer_set(world):
    """A draft under a policy whose every product has every instrument."""
    policy = yaml.safe_load(seed.policy_text())
    names = list(policy["instruments"])
    every = [*names, *(["balloon"] if "balloon" not in names else [])]
    with_policy(
        world,
        products=[item | {"instruments": [*every]} for item in policy["products"]],
        buckets=[item | {"instruments": [*every]} for item in policy["buckets"]],
        instruments=policy["instruments"]
        | {"balloon": {"share_ppm_max": 200_000, "above_means": True}},
    )
    return draft(world, world.borrower(), world.staff())


def built(world, offer_set, shape, **changed):
    """The first row with another shape, over more payments, so that it is within means."""
    first = offer_set.offers_in_order[0]
    before = building.settings_of(first)
    wanted = replace(before, shape=shape, **({"count": 48} | changed))
    return building.rows(offer_set, {first.number: wanted}, now=world.now)[0]


class TestAShapeByHand:
    @pytest.mark.parametrize("kind", SHAPES)
    def test_is_kept_and_read_back_as_it_was_set(self, world, offer_set, kind):
        shape, label = SHAPES[kind]
        row = built(world, offer_set, shape)
        assert row.refusal is None, row.refusal
        first = offer_set.offers_in_order[0]
        kept = building.build(
            by=world.staff(),
            set_id=offer_set.id,
            changed={first.number: row.settings},
            now=world.now,
        )
        made = kept.offers_in_order[0]
        queries.assert_recomputes(made)
        read = building.settings_of(made)
        assert (read.shape.kind, read.shape.months) == (shape.kind, shape.months)
        assert (read.shape.rows, read.shape.steps) == (shape.rows, shape.steps)
        assert abs(read.shape.part_ppm - shape.part_ppm) <= 200
        assert made.label == (label or first.label)

    def test_in_weeks_is_held_against_the_means_of_a_week(self, world, offer_set):
        row = built(world, offer_set, shaping.EQUAL, rhythm="weekly", count=220)
        assert row.refusal is None, row.refusal
        assert row.plan.label == "rhythm"
        assert row.plan.parts[0]["terms"]["frequency"] == {"every": 1, "unit": "week"}

    def test_settles_in_one_sum_or_in_parts(self, world, offer_set):
        owed = sum(
            part["position"]["principal_minor"] for part in offer_set.offers_in_order[0].parts
        )
        once = built(world, offer_set, Shape("settlement", rows=1, amount_minor=owed))
        assert once.refusal is None, once.refusal
        assert once.plan.label == "settlement"
        parts = built(world, offer_set, Shape("settlement", rows=3, amount_minor=owed))
        assert parts.refusal["rule_id"] == "policy.above_means"

    @pytest.mark.parametrize(
        ("shape", "rule"),
        [
            (Shape("step_up", rows=3, steps=9, part_ppm=100_000), "policy.steps_out_of_bounds"),
            (Shape("step_up", rows=0, steps=2, part_ppm=100_000), "policy.steps_out_of_bounds"),
            (Shape("seasonal", part_ppm=500_000), "policy.low_months_max"),
            (Shape("seasonal", part_ppm=1, months=(1,)), "policy.share_out_of_bounds"),
            (Shape("balloon", part_ppm=900_000), "policy.share_out_of_bounds"),
            (Shape("trial", rows=9), "policy.rows_out_of_bounds"),
            (Shape("catch_up", rows=12), "policy.nothing_left_of_contract"),
            (Shape("settlement", rows=1, amount_minor=1), "policy.settlement_share_min"),
        ],
    )
    def test_beyond_the_bounds_names_the_rule(self, world, offer_set, shape, rule):
        row = built(world, offer_set, shape)
        assert (row.plan, row.refusal["rule_id"]) == (None, rule)

    def test_is_not_for_a_product_without_it(self, world):
        plain = draft(world, world.borrower(), world.staff())
        row = built(world, plain, Shape("balloon", part_ppm=100_000))
        assert row.refusal["rule_id"] == "policy.not_for_product"


class TestTheForm:
    def test_builds_without_a_script(self, site, offer_set):
        client = site("agent")
        first = offer_set.offers_in_order[0]
        before = building.settings_of(first)
        form = {
            f"count-{first.number}": "48",
            f"rate-{first.number}": f"{before.rate / 10_000}",
            f"interest-{first.number}": f"{before.interest / 10_000}",
            f"penalty-{first.number}": f"{before.penalty / 10_000}",
            f"fees-{first.number}": f"{before.fees / 10_000}",
            f"shape-{first.number}": "seasonal",
            f"rhythm-{first.number}": "monthly",
            f"months-{first.number}": "1、2, 12",
            f"part-{first.number}": "50",
        }
        page = f"/desk/cases/{offer_set.case_id}/offers/build/"
        tried = client.get(page, form)
        assert tried.status_code == 200
        assert b'value="1, 2, 12"' in tried.content
        assert client.post(page, form).status_code == 302
        kept = queries.current_set(offer_set.case_id)
        fields = {change["field"] for change in kept.builder["changes"]}
        assert {"shape", "months", "part_ppm"} <= fields
        assert kept.offers_in_order[0].label == "seasonal"
        for wrong in ({"shape": "magic"}, {"rhythm": "daily"}, {"months": "13"}):
            told = form | {f"{name}-{first.number}": value for name, value in wrong.items()}
            assert client.get(page, told).status_code == 422
