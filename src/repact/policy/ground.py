"""The ground all candidates of a case stand on, and a candidate made exact on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from repact.law import checks
from repact.law.catalogue import Catalogue
from repact.plans import disclosure, measures, schedule
from repact.plans import terms as t
from repact.plans.fields import WHOLE_PPM
from repact.policy import authority, drafting, lawful, screening, shapes, survival
from repact.policy.candidates import (
    Calendar,
    Candidate,
    HeadKind,
    Limits,
    Pace,
    Relief,
    Space,
    light_rows,
    relief_of,
)
from repact.policy.discounts import BITS
from repact.policy.dominance import Merit
from repact.policy.drafts import Draft, DraftPart, bill_payments, end_sum
from repact.policy.facts import DebtFacts, Facts
from repact.policy.model import Policy

START_MONTHS = 6
OWN_SHAPES: frozenset[HeadKind] = frozenset({"catch_up", "step_up", "seasonal", "balloon"})


@dataclass(frozen=True)
class Ground:
    """A case under a policy and the law of a day. What is derived is worked out once."""

    policy: Policy
    law: Catalogue
    debts: tuple[DebtFacts, ...]
    facts: Facts
    limits: tuple[Limits, ...]
    calendar: Calendar
    space: Space

    @cached_property
    def conduct(self) -> dict[str, Any]:
        """How a plan is serviced, as its terms carry it."""
        return self.policy.conduct.model_dump(mode="json")

    @cached_property
    def owed_minor(self) -> int:
        """Everything owed on all debts."""
        return sum(debt.position.total_minor for debt in self.debts)

    @cached_property
    def screen(self) -> screening.Screen:
        """The discount factors of the calendar."""
        return screening.Screen(
            calendar=self.calendar,
            rows_max=self.space.rows_max,
            limits=self.limits,
            principals=[debt.position.principal_minor for debt in self.debts],
        )

    @cached_property
    def survival(self) -> survival.Model:
        """The survival model plans are ranked by."""
        return survival.load(self.policy.survival or survival.DEFAULT)

    @cached_property
    def old_installment_minor(self) -> int:
        """What the contracts ask for next, together; 0 where they ask for nothing more."""
        contracts = [debt.position.contract for debt in self.debts]
        return sum(c.remaining[0].amount_minor for c in contracts if c and c.remaining)

    def monies(self, relief: Relief, /) -> list[screening.Money]:
        """What a relief leaves of every debt, by when it is paid. Exact: the engine's own sums."""
        if relief not in self._monies:
            self._monies[relief] = self._moved(relief)
        return self._monies[relief]

    @cached_property
    def _monies(self) -> dict[Relief, list[screening.Money]]:
        return {}

    def _moved(self, relief: Relief) -> list[screening.Money]:
        made = []
        for debt, limits in zip(self.debts, self.limits, strict=True):
            found = drafting.measures_of(
                relief_of(relief, limits), debt.position, vests=self.space.vests
            )
            standing = measures.moved(
                debt.position, found, rounding="half_up", effective_date=self.calendar.on
            )
            made.append(screening.money(standing, debt.position.total_minor))
        return made

    def terms(self, candidate: Candidate, /) -> list[t.Terms]:
        """A candidate as terms, one for each debt."""
        monies = self.monies(candidate.relief)
        return [
            drafting.terms_of_debt(
                candidate,
                debt.position,
                limits=limits,
                calendar=self.calendar,
                vests=self.space.vests,
                conduct=self.conduct,
                fixed=self.screen.fixed(candidate.pace, place, money.base),
                rows=self.screen.rows(candidate.pace, limits),
            )
            for place, (debt, limits, money) in enumerate(
                zip(self.debts, self.limits, monies, strict=True)
            )
        ]

    def draft(self, candidate: Candidate, /) -> Draft:
        """A candidate made exact by the engine. Raises PlanError where the engine refuses it."""
        return self.exact(candidate, self.terms(candidate))

    def exact(self, candidate: Candidate, terms: Sequence[t.Terms], /) -> Draft:
        """A candidate under terms that are given."""
        parts = tuple(
            DraftPart(debt, limits, made, schedule.build(debt.position, made))
            for debt, limits, made in zip(self.debts, self.limits, terms, strict=True)
        )
        payments = bill_payments([part.schedule for part in parts])
        end_sums = [end_sum(part) for part in parts]
        longest = len(payments)
        last = payments[-1] - sum(
            end
            for part, end in zip(parts, end_sums, strict=True)
            if len(part.schedule.rows) == longest
        )
        given = authority.concession_of(
            [(part.debt.position, part.terms, part.schedule, part.limits) for part in parts],
            forbearance_number=self.facts.forbearance_number,
        )
        once = candidate.pace.head.rows if candidate.pace.head.kind == "lump" else 0
        regular = (*payments[once:-1], last)
        draft = Draft(
            candidate=candidate,
            parts=parts,
            payments=payments,
            regular=regular,
            end_sum_minor=sum(end_sums),
            concession=given,
            tier=authority.tier_needed(self.policy.authority, given)[0],
            merit=Merit(0, 0, 0, 0, 0, 0, 0, 0),
        )
        return draft._replace(merit=self.merit(draft))

    def merit(self, draft: Draft, /) -> Merit:
        """What a draft is judged by."""
        return Merit(
            payment_minor=draft.peak_minor,
            total_minor=draft.total_minor,
            rows=len(draft.payments),
            heaviness=-light_rows(draft.candidate.pace),
            end_sum_minor=draft.end_sum_minor,
            lost_minor=-self.expected_minor(draft),
            start_minor=sum(draft.payments[: self.calendar.rows_in(START_MONTHS)]),
            slow_minor=self._in_slow_months(draft),
        )

    def _in_slow_months(self, draft: Draft) -> int:
        slow = self.facts.slow_months
        longest = max((part.schedule.rows for part in draft.parts), key=len) if slow else ()
        pairs = zip(draft.payments, longest, strict=False)
        return max((paid for paid, row in pairs if row.due_date.month in slow), default=0)

    def asks_too_much(self, draft: Draft, ceiling_minor: int, /, *, by_month: bool = True) -> int:
        """A payment of a draft that is above the means, 0 when there is none.

        Each is held against the month it falls in, where months differ; what was left to the last
        payment is not counted.
        """
        months = self.facts.months_minor if by_month else ()
        if not months:
            return draft.peak_minor if draft.peak_minor > ceiling_minor else 0
        longest = max((part.schedule.rows for part in draft.parts), key=len)
        asked = zip(draft.regular, longest[-len(draft.regular) :], strict=True)
        over = (paid for paid, row in asked if paid > months[row.due_date.month - 1])
        return max(over, default=0)

    def expected_minor(self, draft: Draft, /) -> int:
        """What the lender may expect of a draft today: each payment at the original rate, times
        the share of such plans that are still paid by then. Rounded down."""
        kept = self.survival.kept_ppm(
            old_minor=self.old_installment_minor, new_minor=draft.installment_minor
        )
        rows = len(draft.payments)
        months = survival.curve(survival.monthly_ppm(kept), self.calendar.month_of(rows - 1) + 1)
        alive = [months[self.calendar.month_of(row)] for row in range(rows)]
        expected = 0
        for part in draft.parts:
            table = self.screen.table(
                part.limits.original_rate_ppm, day_count=part.limits.original_day_count
            )
            expected += sum(
                row.payment_minor * factor * share
                for row, factor, share in zip(
                    part.schedule.rows, table.low[1:], alive, strict=False
                )
            )
        return expected // (WHOLE_PPM << BITS)

    @cached_property
    def _disclosed(self) -> dict[tuple[Any, ...], tuple[disclosure.Disclosure, ...]]:
        return {}

    def disclosures(self, draft: Draft, /) -> tuple[disclosure.Disclosure, ...]:
        """The disclosure of every part of a draft, worked out once."""
        key = (draft.candidate, draft.payments)
        if key not in self._disclosed:
            self._disclosed[key] = tuple(
                disclosure.disclose(part.debt.position, part.terms, part.schedule)
                for part in draft.parts
            )
        return self._disclosed[key]

    @cached_property
    def products(self) -> tuple[checks.ProductFacts, ...]:
        """The debts' products as the law sees them."""
        pairs = zip(self.debts, self.limits, strict=True)
        return tuple(lawful.product_facts(self.policy, debt, limits) for debt, limits in pairs)

    @cached_property
    def cases(self) -> tuple[checks.CaseFacts, ...]:
        """What the law asks about the case around each debt."""
        return tuple(lawful.case_facts(debt, self.facts) for debt in self.debts)

    @cached_property
    def _outlines(self) -> lawful.Outlines:
        return lawful.Outlines(
            self.products,
            self.cases,
            limits=self.limits,
            calendar=self.calendar,
            conduct=self.policy.conduct,
            law=self.law,
            rows_max=self.space.rows_max,
        )

    def barred(self, pace: Pace, /, *, pays: bool) -> checks.Finding | None:
        """The rule of law that blocks every plan of a pace; `pays`: its level is surely not zero.

        What it blocks, the exact plan would be blocked for as well.
        """
        rows = [self.screen.rows(pace, limits) for limits in self.limits]
        return self._outlines.blocking(pace, rows, pays=pays)

    def plan_facts(self, draft: Draft, /) -> tuple[checks.PlanFacts, ...]:
        """The parts of a draft as the law sees them."""
        return tuple(
            lawful.plan_facts(
                product,
                case,
                part.debt,
                terms=part.terms,
                schedule=part.schedule,
                disclosed=disclosed,
            )
            for product, case, part, disclosed in zip(
                self.products, self.cases, draft.parts, self.disclosures(draft), strict=True
            )
        )

    def findings(self, draft: Draft, /) -> tuple[checks.Finding, ...]:
        """What the law of the day finds in any part of a draft, each rule once."""
        return lawful.findings(self.plan_facts(draft), self.law, on=self.calendar.on)

    def used(self, draft: Draft, /) -> tuple[str, ...]:
        """The instruments that a draft really uses on some debt, in alphabetical order."""
        kind = draft.candidate.pace.head.kind
        meant = kind if kind in OWN_SHAPES else ""
        found: set[str] = set()
        for part in draft.parts:
            found |= shapes.instruments_in(
                part.terms, part.schedule, part.debt, part.limits, meant=meant
            )
        return tuple(sorted(found))
