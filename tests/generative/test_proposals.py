"""Random policies and borrowers: what is offered keeps law, bounds and means, whatever they are."""

from __future__ import annotations

import os
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repact.plans import certificate, schedule
from repact.plans.errors import PlanError
from repact.policy import dominance, propose, screening
from repact.policy.candidates import Candidate, Pace
from repact.policy.counter import Wish, counter
from tests.generative.bounds import ONE_SUM, within_bounds, within_means
from tests.unit.policy.cases import CN, ON, SAMPLE, debt, facts, loaded

EXAMPLES = int(os.environ.get("REPACT_PROPOSALS", "40"))
SETTINGS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
PRODUCTS = ("wallet_credit", "installment_loan", "card_installment")
shares = st.sampled_from([0, 100_000, 333_333, 500_000, 1_000_000])


def rising(values, least=1, most=4):
    return st.lists(values, min_size=least, max_size=most, unique=True).map(sorted)


@st.composite
def policies(draw):
    """The sample with its bounds, cascade, tiers and evidence drawn anew."""
    names = list(SAMPLE["cascade"])
    order = draw(st.permutations(names))[: draw(st.integers(0, len(names)))]
    tiers = [dict(tier) for tier in SAMPLE["authority"]["tiers"]]
    for tier in tiers:
        tier["concession_minor_max"] = draw(st.sampled_from([0, 100_000, *[50_000_000] * 3]))
        tier["share_ppm_max"] = draw(st.sampled_from([0, 500_000, *[1_000_000] * 3]))
    waiver = {"shares_ppm": draw(rising(shares)), "vests": [draw(VESTS)]}
    own = draw(st.sets(st.sampled_from(OWN_SHAPES)))
    return loaded(
        products=[_with(product, own) for product in SAMPLE["products"]],
        buckets=[_with(bucket, own) for bucket in SAMPLE["buckets"]],
        instruments__catch_up={"months_max": draw(st.integers(1, 12))},
        instruments__step_up={
            "steps_max": draw(st.integers(1, 6)),
            "growth_ppm_max": draw(st.sampled_from([0, 1, 50_000, 333_333, 1_000_000])),
        },
        instruments__seasonal={
            "low_months_max": draw(st.integers(1, 11)),
            "share_ppm_min": draw(st.sampled_from([0, 100_000, 333_333, 900_000])),
        },
        instruments__balloon={
            "share_ppm_max": draw(st.sampled_from([1, 100_000, 500_000])),
            "above_means": draw(st.booleans()),
        },
        instruments__settlement={
            "share_ppm_min": draw(st.sampled_from([0, 300_000, 900_000])),
            "installments_max": draw(st.integers(1, 6)),
            "days": 30,
        },
        cascade=order,
        authority__tiers=tiers,
        instruments__extension={"counts": draw(rising(st.integers(1, 60)))},
        instruments__rate_cut={"rates_ppm": draw(rising(st.integers(0, 156_000)))},
        instruments__waive_interest=waiver,
        instruments__holiday={
            "rows_max": draw(st.integers(1, 6)),
            "interest": [draw(st.sampled_from(["accrue", "simple", "freeze"]))],
        },
        instruments__reduced={
            "rows_max": draw(st.integers(1, 6)),
            "share_ppm_min": draw(st.sampled_from([200_000, 500_000, 900_000])),
        },
        instruments__set_aside={"share_ppm_max": draw(st.sampled_from([1, 100_000, 400_000]))},
        instruments__freeze={"months_max": draw(st.integers(1, 12))},
        conduct__late_rate_ppm=draw(st.sampled_from([0, 117_000, 250_000])),
    )


VESTS = st.sampled_from(["now", "per_installment", "on_completion"])
OWN_SHAPES = ("catch_up", "step_up", "seasonal", "balloon", "frequency_change", "settlement")


def _with(place, names):
    """A product or bucket that has these of the shapes of their own, and no others."""
    kept = [name for name in place["instruments"] if name not in OWN_SHAPES]
    return place | {"instruments": [*kept, *sorted(names)]}


LOW_MONTHS = st.sets(st.integers(1, 12), min_size=1, max_size=8).map(sorted).map(tuple)


@st.composite
def borrowers(draw):
    """One to three debts, and what is known of the person."""
    debts = [
        debt(
            loan_id=name,
            product_code=draw(st.sampled_from(PRODUCTS)),
            days_past_due=draw(st.sampled_from([0, 30, 100, 400])),
            principal_minor=draw(st.integers(1, 4_000_000)),
            interest_minor=draw(st.integers(0, 200_000)),
            penalty_minor=draw(st.integers(0, 60_000)),
            fees_minor=draw(st.integers(0, 9_000)),
        )
        for name in "abc"[: draw(st.integers(1, 3))]
    ]
    owed = sum(one.position.total_minor for one in debts)
    means = owed // draw(st.sampled_from([3, 10, 20, 30, 45, 70]))
    year = st.lists(st.sampled_from([0, means // 4, means, 2 * means]), min_size=12, max_size=12)
    papers = [(), ("pay_slip",), *[("pay_slip", "bank_statement")] * 4]
    known = facts(
        affordable_minor=draw(st.one_of(st.none(), st.integers(0, 400_000), st.just(means))),
        wish_minor=draw(st.one_of(st.integers(1, 400_000), st.just(max(means, 1)))),
        payday=draw(st.integers(1, 31)),
        evidence=draw(st.sampled_from(papers)),
        pays_more=draw(st.booleans()),
        settlement_minor=draw(st.one_of(st.none(), st.integers(1, 6_000_000))),
        months_minor=draw(st.one_of(st.just(()), year.map(tuple))),
        low_months=draw(st.one_of(st.just(()), LOW_MONTHS)),
        rhythm=draw(st.sampled_from(["monthly", "weekly", "fortnightly"])),
    )
    return debts, known


def proposal(policy, debts, known):
    return propose.propose(debts=debts, facts=known, loaded=policy, law=CN, on=ON)


class TestEveryProposal:
    @SETTINGS
    @given(policies(), borrowers())
    def test_keeps_law_bounds_and_means(self, policy, borrower):
        debts, known = borrower
        made = proposal(policy, debts, known)
        assert len(made.offers) <= 5
        for offer in made.offers:
            assert not any(finding.blocks for finding in offer.findings)
            assert offer.tier != "nobody"
            if offer.label not in {ONE_SUM, "faster"}:
                within_means(offer, known)
            if offer.label == "faster":
                assert known.pays_more
                assert offer.rank > 3
            for part, owed in zip(offer.parts, debts, strict=True):
                within_bounds(policy.policy, part, owed, offer)

    @SETTINGS
    @given(policies(), borrowers())
    def test_is_made_of_parts_that_verify(self, policy, borrower):
        debts, known = borrower
        for offer in proposal(policy, debts, known).offers:
            for part in offer.parts:
                assert certificate.verify(part.certificate) == part.schedule
                schedule.check(part.position, part.terms, part.schedule)

    @SETTINGS
    @given(policies(), borrowers())
    def test_has_no_offer_that_another_dominates(self, policy, borrower):
        merits = [
            offer.merit
            for offer in proposal(policy, *borrower).offers
            if offer.label != "rhythm"  # weeks are not compared with months
        ]
        assert not any(dominance.dominates(one, other) for one in merits for other in merits)

    @SETTINGS
    @given(policies(), borrowers())
    def test_is_the_same_for_the_same_facts(self, policy, borrower):
        assert proposal(policy, *borrower) == proposal(policy, *borrower)


class TestEveryBound:
    @SETTINGS
    @given(policies(), borrowers(), st.data())
    def test_is_never_beyond_the_exact_plan(self, policy, borrower, data):
        debts, known = borrower
        ground = propose.ground_of(debts=debts, facts=known, loaded=policy, law=CN, on=ON)
        number = data.draw(st.integers(0, len(ground.space.steps) - 1))
        step = ground.space.steps[number]
        for relief, head, counts in ground.space.families(number):
            count = data.draw(st.sampled_from(counts))
            candidate = Candidate(
                relief, Pace(step.rate_ppm, count, head, step.frozen_rows), number
            )
            money, bounds = ground.monies(relief), ground.screen.bounds(candidate.pace)
            found = screening.estimate(money, bounds)
            try:
                draft = ground.draft(candidate)
            except PlanError:
                continue
            assert not screening.never_repays(money, bounds)
            assert found.rows == len(draft.payments)
            assert found.end_sum == draft.end_sum_minor
            assert found.payment_low <= draft.peak_minor
            assert found.total_low <= draft.total_minor
            assert -found.worth_high <= draft.merit.lost_minor
            given_away = ground.owed_minor - found.worth_high
            assert given_away <= draft.concession.economic_minor
            if ground.barred(candidate.pace, pays=found.payment_low > 0):
                assert any(finding.blocks for finding in ground.findings(draft))


class TestEveryAnswer:
    @SETTINGS
    @given(
        policies(), borrowers(), st.integers(1, 400_000), st.one_of(st.none(), st.integers(1, 70))
    )
    def test_is_nothing_a_proposal_would_refuse(self, policy, borrower, amount, rows):
        debts, known = borrower
        known = replace(known, settlement_minor=None, pays_more=False, months_minor=())
        wish = Wish(payment_minor=amount, rows=rows)
        answer = counter(debts=debts, facts=known, wish=wish, loaded=policy, law=CN, on=ON)
        ceiling = amount if known.affordable_minor is None else known.affordable_minor
        for offer in answer.plans:
            assert offer.merit.payment_minor <= ceiling
            assert offer.tier != "nobody"
            assert not any(finding.blocks for finding in offer.findings)
            for part, owed in zip(offer.parts, debts, strict=True):
                within_bounds(policy.policy, part, owed, offer)
                assert certificate.verify(part.certificate) == part.schedule
        if answer.state == "never_ends":
            assert answer.least_minor > min(amount, ceiling)
        if answer.plan:
            assert answer.plan.merit.payment_minor <= amount
