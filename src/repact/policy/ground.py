"""The ground all candidates of a case stand on, and a candidate made exact on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from repact.law import checks
from repact.law.catalogue import Catalogue
from repact.plans import disclosure, measures, schedule
from repact.plans import terms as t
from repact.plans.fields import WHOLE_PPM
from repact.plans.figures import Schedule
from repact.policy import authority, screening, survival
from repact.policy.candidates import (
    Calendar,
    Candidate,
    Limits,
    Relief,
    Space,
    light_rows,
    measures_of,
    relief_of,
    terms_of_debt,
)
from repact.policy.dominance import Merit
from repact.policy.facts import DebtFacts, Facts
from repact.policy.model import Policy


class DraftPart(NamedTuple):
    """One debt's terms and exact schedule."""

    debt: DebtFacts
    limits: Limits
    terms: t.Terms
    schedule: Schedule


class Draft(NamedTuple):
    """A candidate made exact over all debts.

    `peak_minor` is the largest payment of the bill, less the `end_sum_minor` that was left to the
    last one and without a sum paid first; `installment_minor` the largest before the last.
    """

    candidate: Candidate
    parts: tuple[DraftPart, ...]
    payments: tuple[int, ...]
    peak_minor: int
    end_sum_minor: int
    concession: authority.Concession
    tier: str
    merit: Merit

    @property
    def installment_minor(self) -> int:
        """The largest regular payment: of all but the last and a sum paid first, where there are
        others."""
        once = self.candidate.pace.head.rows if self.candidate.pace.head.kind == "lump" else 0
        return max(self.payments[once:-1] or self.payments[once:])

    @property
    def total_minor(self) -> int:
        """All payments together."""
        return sum(self.payments)


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
            calendar=self.calendar, rows_max=self.space.rows_max, limits=self.limits
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
            found = measures_of(relief_of(relief, limits), debt.position, vests=self.space.vests)
            standing = measures.moved(
                debt.position, found, rounding="half_up", effective_date=self.calendar.on
            )
            made.append(screening.money(standing, debt.position.total_minor))
        return made

    def terms(self, candidate: Candidate, /) -> list[t.Terms]:
        """A candidate as terms, one for each debt."""
        return [
            terms_of_debt(
                candidate,
                debt.position,
                limits=limits,
                calendar=self.calendar,
                vests=self.space.vests,
                conduct=self.conduct,
            )
            for debt, limits in zip(self.debts, self.limits, strict=True)
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
        payments = _bill_payments([part.schedule for part in parts])
        end_sums = [_end_sum(part) for part in parts]
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
        peak = max((*payments[once:-1], last))
        draft = Draft(
            candidate=candidate,
            parts=parts,
            payments=payments,
            peak_minor=peak,
            end_sum_minor=sum(end_sums),
            concession=given,
            tier=authority.tier_needed(self.policy.authority, given)[0],
            merit=Merit(0, 0, 0, 0, 0, 0),
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
        )

    def expected_minor(self, draft: Draft, /) -> int:
        """What the lender may expect of a draft today: each payment at the original rate, times
        the share of such plans that are still paid by then. Rounded down."""
        kept = self.survival.kept_ppm(
            old_minor=self.old_installment_minor, new_minor=draft.installment_minor
        )
        alive = survival.curve(survival.monthly_ppm(kept), len(draft.payments))
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
        return expected // (WHOLE_PPM << screening.BITS)

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

    def findings(self, draft: Draft, /) -> tuple[checks.Finding, ...]:
        """What the law of the day finds in any part of a draft, each rule once."""
        found: dict[str, checks.Finding] = {}
        for part, disclosed in zip(draft.parts, self.disclosures(draft), strict=True):
            debt = part.debt
            product = self.policy.product(debt.product_code)
            plan = checks.PlanFacts(
                product=checks.ProductFacts(
                    lender_type=self.policy.lender_type,
                    product=product.law_product if product else debt.product_code,
                    contract_rate_ppm=part.limits.rate_ppm_max,
                    default_rate_ppm=debt.default_rate_ppm,
                    kind=product.kind if product else "",
                    contract_on=debt.contract_on,
                    is_secured=debt.is_secured,
                    is_guaranteed=debt.is_guaranteed,
                ),
                terms=part.terms,
                schedule=part.schedule,
                disclosure=disclosed,
                position=debt.position,
                case=replace(
                    debt.law,
                    days_past_due=debt.days_past_due,
                    affordable_minor=self.facts.affordable_minor,
                ),
            )
            for finding in checks.check_plan(plan, self.law, on=self.calendar.on):
                found.setdefault(finding.rule_id, finding)
        return tuple(found.values())

    def used(self, draft: Draft, /) -> tuple[str, ...]:
        """The instruments that a draft really uses on some debt, in alphabetical order."""
        found: set[str] = set()
        for part in draft.parts:
            found |= instruments_in(part.terms, part.debt, part.limits)
        return tuple(sorted(found))


def instruments_in(terms: t.Terms, debt: DebtFacts, limits: Limits, /) -> set[str]:
    """The policy's names for what terms do to one debt."""
    found: set[str] = set()
    for measure in terms.measures:
        if isinstance(measure, t.Waive):
            found.add(f"waive_{measure.component}")
        else:
            found.add(measure.kind)
    found |= {segment.kind for segment in terms.shape} & {"holiday", "interest_only"}
    found |= {_SHAPES[segment.kind] for segment in terms.shape if segment.kind in _SHAPES}
    contract = debt.position.contract
    rows = sum(schedule.rows_of(segment) for segment in terms.shape)
    if rows > (len(contract.remaining) if contract else 1):
        found.add("line_conversion" if "extension" not in limits.may else "extension")
    if terms.annual_rate_ppm < limits.rate_ppm_max and "settlement" not in found:
        found.add("rate_cut")
    return found


_SHAPES = {"fixed": "reduced", "lump_sum": "settlement"}


def _bill_payments(schedules: Sequence[Schedule]) -> tuple[int, ...]:
    longest = max(len(made.rows) for made in schedules)
    payments = [0] * longest
    for made in schedules:
        for index, row in enumerate(made.rows):
            payments[index] += row.payment_minor
    return tuple(payments)


def _end_sum(part: DraftPart) -> int:
    """What was left to the last payment of a part: set aside, or carried to the end."""
    standing = measures.apply(part.debt.position, part.terms)
    carried = sum(amount for carry, amount in standing.carried if carry.to == "last")
    return standing.set_aside + carried
