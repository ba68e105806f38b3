"""Choosing: the best exact plan for a purpose among all candidates, found without making them all.

Candidates are tried in the order of a bound that is never worse than what they really are. The
first exact plan that no remaining bound can beat is the best of all. Compared are, in this order:
the tier that has to agree, then the merits by the purpose; so what is chosen is dominated by no
candidate of its step that the same tier may give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Literal, NamedTuple

from repact.law import checks
from repact.plans.errors import PlanError
from repact.policy import authority, screening
from repact.policy.candidates import (
    LIGHT,
    Candidate,
    Head,
    HeadKind,
    Pace,
    Relief,
    light_rows,
)
from repact.policy.discounts import Bounds
from repact.policy.dominance import Merit
from repact.policy.drafts import Draft
from repact.policy.ground import Ground

Label = Literal[
    "lighter",
    "sooner",
    "breather",
    "least_total",
    "catch_up",
    "rising",
    "seasonal",
    "rhythm",
    "settlement",
    "in_parts",
    "relief",
    "faster",
    "counter",
]
PLAIN = Head()
BEGINS_SMALL = LIGHT | {"step_up", "seasonal"}
Judge = Callable[[Draft], "Refusal | None"]


class Refusal(NamedTuple):
    """The rule that stands in a plan's way, its figures, and what would change it."""

    rule_id: str
    params: dict[str, Any]
    change: dict[str, Any]


class Purpose(NamedTuple):
    """What a plan is chosen for: its label, the order of merits, how it begins.

    Every order begins with the sum at the end: nobody gets a large last payment to make the others
    look small, unless nothing else fits.
    """

    label: Label
    order: Callable[[Merit], tuple[int, ...]]
    heads: frozenset[HeadKind] = frozenset({"none", "balloon"})


_LIGHTER, _SOONER = itemgetter(4, 0, 1, 2, 3, 5, 6, 7), itemgetter(4, 2, 1, 0, 3, 5, 6, 7)
_LEAST, _BREATHER = itemgetter(4, 1, 2, 0, 3, 5, 6, 7), itemgetter(4, 3, 1, 0, 2, 5, 6, 7)
PURPOSES = (
    Purpose("seasonal", _SOONER, frozenset({"seasonal"})),
    Purpose("lighter", _LIGHTER),
    Purpose("sooner", _SOONER),
    Purpose("breather", _BREATHER, LIGHT),
    Purpose("least_total", _LEAST),
    Purpose("catch_up", _SOONER, frozenset({"catch_up"})),
    Purpose("rising", _LEAST, frozenset({"step_up"})),
)


@dataclass(slots=True)
class Choosing:
    """One proposal's search. `considered` counts the candidates that were looked at, `built` those
    made exact; `unreachable` says that some were more than any tier may give. `by_month` holds each
    payment against its own month, where months differ, instead of one ceiling."""

    ground: Ground
    judge: Judge
    ceiling_minor: int
    concession_max_minor: int
    considered: int = 0
    built: int = 0
    ruled_out: dict[str, Refusal] = field(default_factory=dict)
    steps_of: dict[str, int] = field(default_factory=dict)
    by_month: bool = True
    unreachable: bool = False
    _steps: dict[int, list[tuple[screening.Estimate, Candidate]]] = field(default_factory=dict)
    _drafts: dict[Candidate, Draft | Refusal] = field(default_factory=dict)
    _bounds: dict[Pace, list[Bounds]] = field(default_factory=dict)
    _ranks: dict[tuple[int, int], int] = field(default_factory=dict)

    def best(self, purpose: Purpose, /) -> Draft | None:
        """The best plan for a purpose at the first step of the cascade that has one."""
        if not any(head.kind in purpose.heads for head, _ in self.ground.space.heads):
            return None
        for step in range(len(self.ground.space.steps)):
            found = self._best_at(purpose, step)
            if found:
                return found
        return None

    def _best_at(self, purpose: Purpose, step: int) -> Draft | None:
        nobody = len(self.ground.policy.authority.tiers)
        queue = sorted(
            (rank, *purpose.order(_merit_low(estimate, candidate)), place)
            for place, (estimate, candidate) in enumerate(self.screened(step))
            if candidate.pace.head.kind in purpose.heads
            and (rank := self._rank_low(estimate)) < nobody
        )
        found, found_key = None, None
        for key in queue:
            if found_key is not None and found_key <= key[:-1]:
                break
            draft = self.admitted(self._steps[step][key[-1]][1])
            if draft is None:
                continue
            rank = authority.rank(self.ground.policy.authority, draft.tier)
            exact = (rank, *purpose.order(draft.merit))
            if found_key is None or exact < found_key:
                found, found_key = draft, exact
        return found

    def screened(self, step: int, /) -> list[tuple[screening.Estimate, Candidate]]:
        """A step's candidates that are not ruled out by a bound on their largest payment."""
        if step not in self._steps:
            self._steps[step] = self._screen(step)
        return self._steps[step]

    def admitted(self, candidate: Candidate, /) -> Draft | None:
        """A candidate made exact, if it is within means and nothing stands in its way."""
        if candidate not in self._drafts:
            self._drafts[candidate] = self._judged(candidate)
        found = self._drafts[candidate]
        return found if isinstance(found, Draft) else None

    def least_payment(self, first: Head = PLAIN, /) -> Draft | None:
        """The plan without a head with the smallest largest payment of all that would be offered if
        only it were within means; None when there is none. Found as `best` finds.

        With a sum paid first, of which the bounds know nothing, the longest two of each kind are
        made exact: more payments are smaller payments.
        """
        nobody = len(self.ground.policy.authority.tiers)
        queue: list[tuple[int, int, Candidate, list[screening.Money]]] = []
        for number, step in enumerate(self.ground.space.steps):
            for relief, counts in self.ground.space.plain(number):
                money = self.ground.monies(relief)
                for count in counts[-2:] if first.rows else counts:
                    pace = Pace(step.rate_ppm, count, first, step.frozen_rows)
                    low = screening.payment_low(money, self.ground.screen.levels(pace, pace))
                    low = 0 if first.rows else low
                    queue.append((low, len(queue), Candidate(relief, pace, number), money))
        least: Draft | None = None
        for low, _, candidate, money in sorted(queue, key=itemgetter(0, 1)):
            if least is not None and least.peak_minor <= low:
                break
            if self._barred(candidate.pace, pays=low > 0):
                continue
            if not first.rows:
                estimate = screening.estimate(money, self._bounds_of(candidate.pace))
                if self._rank_low(estimate) == nobody:
                    self.unreachable = True
                    continue
            least = self.asked_by(candidate, below=least.peak_minor if least else None) or least
        return least

    def asked_by(self, candidate: Candidate, *, below: int | None = None) -> Draft | None:
        """A candidate that only means could refuse, if its largest payment is below a sum."""
        draft = self._drafted(candidate)
        if draft is None or (below is not None and draft.peak_minor >= below):
            return None
        refusal = self.judge(draft)
        if refusal:
            self.ruled_out.setdefault(refusal.rule_id, refusal)
        return None if refusal else draft

    def _drafted(self, candidate: Candidate) -> Draft | None:
        self.built += 1
        try:
            return self.ground.draft(candidate)
        except PlanError:
            return None

    def _judged(self, candidate: Candidate) -> Draft | Refusal:
        draft = self._drafted(candidate)
        if draft is None:
            return Refusal("policy.no_plan_fits", {}, {})
        over = self.ground.asks_too_much(draft, self.ceiling_minor, by_month=self.by_month)
        if over:
            return above_means(over)
        refusal = self.judge(draft)
        if refusal:
            self.ruled_out.setdefault(refusal.rule_id, refusal)
            return refusal
        return draft

    def _barred(self, pace: Pace, *, pays: bool) -> bool:
        """Whether a rule of law blocks every plan of a pace. What it blocks is left out before it
        is made, and no other: no lawful plan is missed."""
        found = self.ground.barred(pace, pays=pays)
        if found:
            self.ruled_out.setdefault(found.rule_id, of_law(found))
        return found is not None

    def _screen(self, number: int) -> list[tuple[screening.Estimate, Candidate]]:
        space, made = self.ground.space, []
        seen: set[tuple[Any, ...]] = set()
        step = space.steps[number]
        last: Relief | None = None
        known = False
        for relief, head, counts in space.families(number):
            self.considered += len(counts)
            if relief is not last:
                last, money = relief, self.ground.monies(relief)
                key = (relief.collect == "catch_up", *money)
                known = key in seen and relief.collect != "catch_up"
                seen.add(key)
            if known or not self.begins_as_it_says(head, money):
                continue  # another way of collecting what is waived or not owed: the same plans
            paces = [Pace(step.rate_ppm, count, head, step.frozen_rows) for count in counts]
            for pace in self._low_enough(money, paces):
                bounds = self._bounds_of(pace)
                if screening.never_repays(money, bounds):
                    continue
                estimate = screening.estimate(money, bounds)
                if not self._barred(pace, pays=estimate.payment_low > 0):
                    made.append((estimate, Candidate(relief, pace, number)))
        return made

    def begins_as_it_says(self, head: Head, money: list[screening.Money]) -> bool:
        """Whether what begins small does not ask for everything overdue with its first payment,
        where the policy knows another way to collect it."""
        if head.kind not in BEGINS_SMALL or len(self.ground.space.collects) == 1:
            return True
        return all(owed.first == 0 for owed in money)

    def _ceiling(self, head: Head) -> int:
        """The most that any payment may be: in the season, what the best month can pay."""
        if self.by_month and head.kind == "seasonal":
            return self.ground.facts.best_month_minor
        return self.ceiling_minor

    def _low_enough(self, money: list[screening.Money], paces: list[Pace]) -> Iterator[Pace]:
        """The paces, shortest first, not ruled out by a bound: many at once, else by halves."""
        levels = self.ground.screen.levels(paces[0], paces[-1])
        if screening.payment_low(money, levels) > self._ceiling(paces[0].head):
            return
        if len(paces) == 1:
            yield paces[0]
            return
        middle = len(paces) // 2
        yield from self._low_enough(money, paces[:middle])
        yield from self._low_enough(money, paces[middle:])

    def _bounds_of(self, pace: Pace) -> list[Bounds]:
        if pace not in self._bounds:
            self._bounds[pace] = self.ground.screen.bounds(pace)
        return self._bounds[pace]

    def _rank_low(self, estimate: screening.Estimate) -> int:
        """The lowest tier that could give it, by the most it can be worth; none where more would
        be given than documents were shown for."""
        key = (estimate.worth_high, estimate.waived)
        if key not in self._ranks:
            rules = self.ground.policy.authority
            given = authority.concession(
                owed_minor=self.ground.owed_minor,
                worth_minor=estimate.worth_high,
                waived_minor=estimate.waived,
                forbearance_number=self.ground.facts.forbearance_number,
            )
            role = authority.tier_needed(rules, given)[0]
            if given.economic_minor > self.concession_max_minor:
                role = authority.NOBODY
            self._ranks[key] = authority.rank(rules, role)
        return self._ranks[key]


def above_means(payment_minor: int, /) -> Refusal:
    """The refusal of a plan whose largest payment is more than can be paid."""
    params = {"installment_minor": payment_minor}
    return Refusal("policy.above_means", params, {"amount_minor": payment_minor})


def of_law(found: checks.Finding, /) -> Refusal:
    """A rule of law in a plan's way; what is too long would be lawful if it were shorter."""
    change = {"term": "shorter"} if "months_max" in found.params else {}
    return Refusal(found.rule_id, dict(found.params), change)


def _merit_low(estimate: screening.Estimate, candidate: Candidate) -> Merit:
    return Merit(
        payment_minor=estimate.payment_low,
        total_minor=estimate.total_low,
        rows=estimate.rows,
        heaviness=-light_rows(candidate.pace),
        end_sum_minor=estimate.end_sum,
        lost_minor=-estimate.worth_high,
        start_minor=0,
        slow_minor=0,
    )
