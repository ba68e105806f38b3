"""Answering a borrower's wish: the nearest feasible plans on both sides, and the rule in the way.

A plan here is a plan of the same kinds, steps and bounds as in a proposal, except that the number
of payments may be any up to the longest. It passes the same judge: nothing is answered here that a
proposal would refuse.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple

from repact.dates.frequency import Recurrence
from repact.law.catalogue import Catalogue
from repact.policy import authority, judging, propose, screening
from repact.policy.candidates import Candidate, Head, Pace, Relief
from repact.policy.choosing import PLAIN, Choosing, Refusal, above_means
from repact.policy.discounts import ONE
from repact.policy.drafts import Draft
from repact.policy.facts import DebtFacts, Facts
from repact.policy.ground import Ground
from repact.policy.loading import LoadedPolicy, PolicyError
from repact.policy.offers import Offer

State = Literal["approvable", "needs_person", "exceeds_means", "never_ends"]
LUMP = Head("lump", 1)
NO_PLAN = Refusal("policy.no_plan_fits", {}, {})


@dataclass(frozen=True, slots=True)
class Wish:
    """What the borrower would like: any one or several. Amounts in minor units, rows in payments.

    `payment_minor` is the most a payment may be, `rows` how many payments there should be,
    `lump_sum_minor` what is paid with the first of them.
    """

    payment_minor: int | None = None
    payday: int | None = None
    rows: int | None = None
    first_due_date: date | None = None
    lump_sum_minor: int | None = None


class Answer(NamedTuple):
    """What a wish comes to.

    `plan` is the nearest on the side of the wish (no larger payment, or as many payments), `other`
    the nearest on its other side; either may be missing. `rule` is what stands in the way of more;
    `least_minor` the smallest payment that ends, where the wish never does.
    """

    state: State
    plan: Offer | None
    other: Offer | None
    rule: Refusal | None
    least_minor: int | None = None

    @property
    def plans(self) -> tuple[Offer, ...]:
        """Both, as far as they exist."""
        return tuple(offer for offer in (self.plan, self.other) if offer)


class _Sides(NamedTuple):
    plan: Draft | None
    other: Draft | None
    rule: Refusal | None


def counter(
    *,
    debts: Sequence[DebtFacts],
    facts: Facts,
    wish: Wish,
    loaded: LoadedPolicy,
    law: Catalogue,
    on: date,
) -> Answer:
    """The nearest plans to a wish, and whether they can be approved now.

    Raises PolicyError `policy.nothing_wished`, `policy.wish_out_of_range`, or what `propose` does.
    """
    _assert_sensible(wish)
    if facts.affordable_minor is None and wish.payment_minor is not None:
        facts = replace(facts, wish_minor=wish.payment_minor)
    facts = replace(facts, payday=_payday(wish, facts))
    first, rule = _first_due(wish, facts, debts, loaded, on)
    ground = propose.ground_of(
        debts=debts,
        facts=facts,
        loaded=loaded,
        law=law,
        on=on,
        first_due=first,
        lump_minor=wish.lump_sum_minor or 0,
    )
    closed = propose.closed_door(ground)
    if closed:
        broke = closed.rule_id == "policy.negative_budget"
        return Answer("exceeds_means" if broke else "needs_person", None, None, closed)
    if (wish.lump_sum_minor or 0) >= ground.owed_minor:
        params = {"owed_minor": ground.owed_minor}
        more = Refusal("plan.more_than_owed", params, {"amount_minor": ground.owed_minor})
        return Answer("needs_person", None, None, more)
    return _Countering(ground, wish).answer(rule)


def _assert_sensible(wish: Wish) -> None:
    if wish == Wish():
        raise PolicyError("policy.nothing_wished", field="wish")
    limits = (
        ("payment_minor", wish.payment_minor, 1, ONE),
        ("payday", wish.payday, 1, 31),
        ("rows", wish.rows, 1, ONE),
        ("lump_sum_minor", wish.lump_sum_minor, 1, ONE),
    )
    for name, value, low, high in limits:
        if value is not None and not low <= value <= high:
            raise PolicyError("policy.wish_out_of_range", field=f"wish.{name}", low=low)


def _payday(wish: Wish, facts: Facts) -> int:
    if wish.payday is not None:
        return wish.payday
    return wish.first_due_date.day if wish.first_due_date else facts.payday


def _first_due(
    wish: Wish, facts: Facts, debts: Sequence[DebtFacts], loaded: LoadedPolicy, on: date
) -> tuple[date, Refusal | None]:
    """The first payment as wished, else the nearest the policy allows and the rule for it.

    It is on a payday, not within the notice, and no later than the first payday after it by more
    days than a date may be moved.
    """
    policy, service = loaded.policy, loaded.policy.service
    usual = propose.first_due_date(on=on, payday=facts.payday, notice_days=service.notice_days)
    wished = wish.first_due_date
    if wished is None or wished == usual:
        return usual, None
    every = [
        policy.may_use(product=product, days_past_due=debt.days_past_due)
        for debt in debts
        if (product := policy.product(debt.product_code))
    ]
    moves = policy.instruments.date_change
    days = moves.days_max if moves and all("date_change" in may for may in every) else 0
    monthly = Recurrence(every=1, unit="month", anchor_day=facts.payday)
    earliest, latest = on + timedelta(days=service.notice_days), usual + timedelta(days=days)
    if earliest <= wished <= latest and monthly.is_a_date_of(wished):
        return wished, None
    allowed = [day for day in monthly.dates(usual, 3) if day <= latest]
    nearest = min(allowed, key=lambda day: abs((day - wished).days))
    params = {"earliest": earliest.isoformat(), "latest": latest.isoformat()}
    change = {"date": nearest.isoformat()}
    return nearest, Refusal("policy.first_payment_date", params, change)


class _Countering:
    """One wish on one ground."""

    def __init__(self, ground: Ground, wish: Wish) -> None:
        self.ground, self.wish = ground, wish
        self.means = propose.choosing_for(ground)
        most = ground.facts.ceiling_minor
        self.most = most if wish.payment_minor is None else min(wish.payment_minor, most)
        self.within = propose.choosing_for(ground, ceiling_minor=self.most)
        self.head = LUMP if wish.lump_sum_minor else PLAIN

    def answer(self, rule: Refusal | None, /) -> Answer:
        """The whole answer; `rule` is about the date, and goes before any other."""
        found = self._by_rows(self.wish.rows) if self.wish.rows else self._by_payment()
        if found.plan is None:
            return self._none()
        first = rule or found.rule
        plan = propose.offered(self.means, found.plan, label="counter")
        other = propose.offered(self.means, found.other, label="counter") if found.other else None
        if first and first.rule_id == "policy.above_means":
            return Answer("exceeds_means", plan, other, first)
        at_once = plan.tier == authority.AUTOMATIC and not plan.evidence.is_conditional
        if at_once and not first:
            return Answer("approvable", plan, other, None)
        return Answer("needs_person", plan, other, first or self._person(plan))

    def _none(self) -> Answer:
        """No plan asks for so little: the smallest amount that ends, and its plan if it fits."""
        least = self.means.least_payment(self.head)
        if least is None:
            refusal = next(iter(self.means.ruled_out.values()), NO_PLAN)
            return Answer("needs_person", None, None, refusal)
        amount = least.peak_minor
        if amount > self.means.ceiling_minor:
            return Answer("exceeds_means", None, None, above_means(amount), amount)
        other = propose.offered(self.means, least, label="counter")
        params = {"payment_minor": self.most, "least_minor": amount}
        rule = Refusal("plan.never_ends", params, {"amount_minor": amount})
        return Answer("never_ends", None, other, rule, amount)

    def _by_payment(self) -> _Sides:
        """As few payments as the amount allows; beside it, the plan that is one payment shorter."""
        plan = self._fewest(self.within)
        wished, ceiling = self.wish.payment_minor, self.means.ceiling_minor
        if wished is not None and wished > ceiling:
            params = {"installment_minor": wished, "affordable_minor": ceiling}
            return _Sides(plan, None, Refusal("policy.above_means", params, {}))
        return _Sides(plan, self._shorter(plan) if plan else None, None)

    def _by_rows(self, rows: int) -> _Sides:
        """So many payments; else as many as are needed, and what so many would ask for."""
        longest = max(count for count, _ in self.ground.space.counts)
        wanted = max(rows - self.head.rows, 1)
        if wanted > longest:
            most = longest + self.head.rows
            rule = Refusal("policy.months_max", {"rows": rows, "rows_max": most}, {"term": most})
            return _Sides(
                self._with_rows(self.within, longest) or self._fewest(self.within), None, rule
            )
        exact = self._with_rows(self.within, wanted)
        if exact:
            return _Sides(exact, None, None)
        nearest, more = self._fewest(self.within), self._with_rows(self.means, wanted)
        if more:
            asked = more.peak_minor
            params = {"rows": rows, "installment_minor": asked}
            return _Sides(
                nearest, more, Refusal("policy.rows_ask_more", params, {"amount_minor": asked})
            )
        least = self._asked(wanted)
        return _Sides(nearest, None, NO_PLAN if least is None else above_means(least))

    def _fewest(self, choosing: Choosing) -> Draft | None:
        """The plan with the fewest payments at the first step that has one within the ceiling."""
        for step in range(len(self.ground.space.steps)):
            found = [
                draft
                for relief, money, counts in self._families(step)
                if (draft := self._fewest_of(choosing, step, relief, money, max(counts)))
            ]
            if found:
                return min(found, key=_order)
        return None

    def _fewest_of(
        self,
        choosing: Choosing,
        step: int,
        relief: Relief,
        money: list[screening.Money],
        longest: int,
    ) -> Draft | None:
        if self._payment_low(money, step, longest) > choosing.ceiling_minor:
            return None
        low, high = 1, longest
        while low < high:  # the first count that a bound does not rule out
            middle = (low + high) // 2
            if self._payment_low(money, step, middle) <= choosing.ceiling_minor:
                high = middle
            else:
                low = middle + 1
        for count in range(low, longest + 1):
            draft = choosing.admitted(self._candidate(relief, step, count))
            if draft:
                return draft
        return None

    def _with_rows(self, choosing: Choosing, count: int) -> Draft | None:
        """The plan with so many level rows at the first step that has one within the ceiling."""
        for step in range(len(self.ground.space.steps)):
            found = []
            for relief, money, counts in self._families(step):
                if count > max(counts):
                    continue
                low = self._payment_low(money, step, count)
                if low <= choosing.ceiling_minor:
                    found.append(choosing.admitted(self._candidate(relief, step, count)))
            if any(found):
                return min((draft for draft in found if draft), key=_order)
        return None

    def _shorter(self, plan: Draft) -> Draft | None:
        """The same with one payment less, if it is within means."""
        candidate = plan.candidate
        rows = candidate.pace.level_rows - 1
        if not rows:
            return None
        return self.means.admitted(
            candidate._replace(pace=candidate.pace._replace(level_rows=rows))
        )

    def _asked(self, count: int) -> int | None:
        """The least that so many payments ask for, at the deepest step that has them. Exact."""
        for step in reversed(range(len(self.ground.space.steps))):
            made = [
                self.means.asked_by(self._candidate(relief, step, count))
                for relief, _, counts in self._families(step)
                if count <= max(counts)
            ]
            if any(made):
                return min(draft.peak_minor for draft in made if draft)
        return None

    def _families(
        self, step: int
    ) -> Iterator[tuple[Relief, list[screening.Money], tuple[int, ...]]]:
        """The plain families of a step, each with its money, those alike only once."""
        seen: list[list[screening.Money]] = []
        for relief, counts in self.ground.space.plain(step):
            money = self._money(relief)
            if money not in seen:
                seen.append(money)
                yield relief, money, counts

    def _candidate(self, relief: Relief, step: int, count: int) -> Candidate:
        return Candidate(relief, self._pace(step, count), step)

    def _pace(self, number: int, count: int) -> Pace:
        step = self.ground.space.steps[number]
        return Pace(step.rate_ppm, count, self.head, step.frozen_rows)

    def _money(self, relief: Relief) -> list[screening.Money]:
        """What a relief leaves, without a sum paid first: that much of the balance is gone."""
        return [
            money._replace(base=max(money.base - limits.lump_minor, 0))
            for money, limits in zip(self.ground.monies(relief), self.ground.limits, strict=True)
        ]

    def _payment_low(self, money: list[screening.Money], step: int, count: int) -> int:
        pace = self._pace(step, count)
        return screening.payment_low(money, self.ground.screen.levels(pace, pace))

    def _person(self, plan: Offer) -> Refusal:
        """Why a person has to look: the first limit of the automatic tier, or the documents."""
        if plan.tier_reasons:
            reason = plan.tier_reasons[0]
            return Refusal(reason.rule_id, dict(reason.params), {"person": True})
        if plan.evidence.is_conditional:
            return judging.evidence_missing(
                self.ground, concession_minor=plan.concession.economic_minor
            )
        return Refusal("policy.tier_needed", {"tier": plan.tier}, {"person": True})


def _order(draft: Draft) -> tuple[Any, ...]:
    merit = draft.merit
    return (merit.end_sum_minor, merit.rows, merit.total_minor, merit.payment_minor)
