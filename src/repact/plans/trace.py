"""Why a number is what it is: every figure as a formula with its inputs.

An explanation cannot lie: `formulas.evaluate` works each formula out from its inputs, and the
result has to be the figure of the schedule (checked when a trace is made).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any

from repact.money.rounding import DIVIDE
from repact.plans import disclosure, formulas, measures, periods, schedule
from repact.plans import terms as t
from repact.plans.errors import InvariantError, PlanError
from repact.plans.fields import WHOLE_PPM
from repact.plans.formulas import Step
from repact.plans.position import Position

COMPONENTS = ("principal", "interest", "penalty", "fees")


class Trace:
    """The explanation of one plan: its rows, totals and disclosure."""

    def __init__(self, position: Position, terms: t.Terms, /) -> None:
        self.position = position
        self.terms = terms
        self.schedule = schedule.build(position, terms)
        self.standing = measures.apply(position, terms)
        self.mode = terms.rounding
        self.dates = terms.frequency.recurrence().dates(
            terms.first_due_date, len(self.schedule.rows)
        )
        self.rates = periods.period_rates(terms, self.dates)
        self.fractions = periods.year_fractions(
            effective=terms.effective_date,
            due_dates=self.dates,
            recurrence=terms.frequency.recurrence(),
            day_count=terms.day_count,
        )
        self.segments = [
            (segment, index, schedule.rows_of(segment))
            for segment in terms.shape
            for index in range(schedule.rows_of(segment))
        ]

    def row(self, number: int, /) -> tuple[Step, ...]:
        """Every figure of a row; raises PlanError `plan.no_such_row`."""
        if not 1 <= number <= len(self.schedule.rows):
            raise PlanError("plan.no_such_row", field="row", rows=len(self.schedule.rows))
        at = number - 1
        row = self.schedule.rows[at]
        components = tuple(
            _sum(name, self._component(name, at), getattr(row, f"{name}_minor"))
            for name in COMPONENTS
        )
        steps = (
            _sum("payment", components, row.payment_minor),
            _sum("carried", self._carried(at), row.carried_minor),
            _sum("vesting", self._vesting(at), row.vesting_minor),
            self._balance(at),
        )
        return tuple(_proven(step) for step in steps)

    def whole(self) -> tuple[Step, ...]:
        """The totals and the disclosure."""
        totals = self.schedule.totals
        sums = tuple(
            Step(
                name.removesuffix("_minor"),
                "sum_of_rows",
                {"amounts": [getattr(row, name) for row in self.schedule.rows]},
                (),
                getattr(totals, name),
            )
            for name in totals._fields
            if name not in {"waived_minor", "capitalized_minor"}
        )
        moved = tuple(
            _sum(name, tuple(self._moved(kind)), amount)
            for name, kind, amount in (
                ("waived", t.Waive, totals.waived_minor - self._left_by_settlement()),
                ("capitalized", t.Capitalize, totals.capitalized_minor),
            )
        )
        return tuple(_proven(step) for step in (*sums, *moved, *self._disclosure()))

    def _component(self, name: str, at: int) -> tuple[Step, ...]:
        parts = list(self._from_segment(name, at))
        if at == 0 and name != "principal" and not self._settles():
            owed = self.standing.owed[name]
            if owed:
                parts.append(Step(name, "due_first", {"amount": owed}, (), owed))
        parts += [step for step in self._carried(at) if step.figure == name]
        return tuple(parts)

    def _from_segment(self, name: str, at: int) -> Iterator[Step]:
        lump = self.terms.shape[0]
        if isinstance(lump, t.LumpSum):
            inputs = {
                "amount": lump.amount_minor,
                "owed": dict(self.standing.owed),
                "component": name,
            }
            yield Step(name, "settled_in_order", inputs, (), formulas.settled(inputs))
        elif name == "interest" and self._pays(at):
            yield self._charge(at)
        elif name == "principal" and self._pays(at):
            yield self._principal(at)

    def _principal(self, at: int) -> Step:
        before, charge = self._balance_before(at), self._charge(at)
        if at == len(self.schedule.rows) - 1:
            return Step("principal", "all_that_is_left", {"balance": before}, (), before)
        payment = self._asked(at, charge)
        result = (payment.result or 0) - (charge.result or 0)
        return Step("principal", "payment_less_interest", {}, (payment, charge), result)

    def _asked(self, at: int, charge: Step) -> Step:
        """What the segment asks of a row."""
        segment, index, count = self.segments[at]
        if isinstance(segment, t.Fixed):
            amount = segment.amount_minor
            return Step("asked", "fixed_amount", {"amount": amount}, (), amount)
        if isinstance(segment, t.Custom):
            amount = segment.amounts_minor[index]
            return Step("asked", "chosen_amount", {"amount": amount}, (), amount)
        if isinstance(segment, t.InterestOnly):
            return Step("asked", "interest_only", {}, (charge,), charge.result)
        first = at - index
        inputs: dict[str, Any] = {
            "balance": self._balance_before(first),
            "rates": self.rates[first : first + count],
            "rounding": self.mode,
        }
        if isinstance(segment, t.Growing):
            inputs |= {"growth_ppm": segment.growth_ppm, "index": index}
            return Step("asked", "growing", inputs, (), formulas.growing(inputs))
        inputs |= {"balloon": self._balloon()}
        return Step("asked", "level", inputs, (), formulas.level(inputs))

    def _charge(self, at: int) -> Step:
        start = self.dates[at - 1] if at else self.terms.effective_date
        inputs = {
            "balance": self._balance_before(at),
            "year_part": self.fractions[at],
            "pieces": self._pieces(start, self.dates[at]),
            "start": start,
            "end": self.dates[at],
            "rounding": self.mode,
        }
        return Step("interest", "balance_times_rate", inputs, (), formulas.interest(inputs))

    def _pieces(self, start: date, end: date) -> list[tuple[int, int]]:
        """(days, yearly rate in ppm) while a rate was in force."""
        days = (date.fromordinal(day) for day in range(start.toordinal(), end.toordinal()))
        rates = groupby(periods.rate_on(self.terms, day) for day in days)
        return [(len(list(same)), rate) for rate, same in rates]

    def _carried(self, at: int) -> tuple[Step, ...]:
        count = len(self.schedule.rows)
        steps = []
        for carry, amount in self.standing.carried:
            inputs = {"amount": amount, "to": carry.to, "index": at, "rows": count}
            inputs["count"] = min(carry.count or count, count)
            part = formulas.carry(inputs)
            if part:
                steps.append(Step(carry.component, "carried", inputs, (), part))
        steps += self._kept_aside(at)
        if at == count - 1 and self.standing.set_aside:
            amount = self.standing.set_aside
            steps.append(Step("principal", "set_aside", {"amount": amount}, (), amount))
        return tuple(steps)

    def _kept_aside(self, at: int) -> Iterator[Step]:
        """The shares of simple holidays' interest that fall on a row."""
        end = 0
        for segment in self.terms.shape:
            start, end = end, end + schedule.rows_of(segment)
            simple = isinstance(segment, t.Holiday) and segment.interest == "simple"
            if not simple or at < end or not self._pays(at):
                continue
            charges = tuple(self._charge(index) for index in range(start, end))
            paying = [index for index in range(end, len(self.dates)) if self._pays(index)]
            inputs = {
                "amount": sum(charge.result or 0 for charge in charges),
                "to": "spread",
                "index": paying.index(at),
                "rows": len(paying),
                "count": len(paying),
            }
            if part := formulas.carry(inputs):
                yield Step("interest", "kept_aside", inputs, charges, part)

    def _vesting(self, at: int) -> tuple[Step, ...]:
        count = len(self.schedule.rows)
        steps = []
        for waive, amount in self.standing.vesting:
            inputs = {"amount": amount, "index": at, "rows": count, "vests": waive.vests}
            if part := formulas.vests(inputs):
                steps.append(Step(waive.component, "waiver_earned", inputs, (), part))
        if self._settles() and (left := self._left_by_settlement()):
            steps.append(Step("vesting", "rest_is_waived", {"amount": left}, (), left))
        return tuple(steps)

    def _balance(self, at: int) -> Step:
        before, after = self._balance_before(at), self.schedule.rows[at].balance_minor
        segment = self.segments[at][0]
        if self._settles():
            return Step("balance", "settled", {}, (), after)
        if isinstance(segment, t.Holiday):
            added = (self._charge(at),) if segment.interest == "accrue" else ()
            formula = "balance_grows" if added else "balance_rests"
            return Step("balance", formula, {"balance": before}, added, after)
        return Step("balance", "balance_falls", {"balance": before}, (self._principal(at),), after)

    def _moved(self, kind: type[t.Waive | t.Capitalize]) -> Iterator[Step]:
        """What each measure of a kind moved, as the components then stood."""
        for index, measure in enumerate(self.terms.measures):
            if not isinstance(measure, kind):
                continue
            so_far = self.terms.model_copy(update={"measures": self.terms.measures[:index]})
            inputs = {
                "owed": measures.apply(self.position, so_far).owed[measure.component],
                "share_ppm": measure.share_ppm,
                "amount": getattr(measure, "amount_minor", None),
                "rounding": self.mode,
                "component": measure.component,
            }
            yield Step(
                measure.component, f"{measure.kind}_share", inputs, (), formulas.share(inputs)
            )

    def _disclosure(self) -> Iterator[Step]:
        made = disclosure.disclose(self.position, self.terms, self.schedule)
        total, owed = self.schedule.totals.payment_minor, self.position.total_minor
        payments = [row.payment_minor for row in self.schedule.rows]
        amount = owed - self.standing.waived_now
        start = self.terms.effective_date
        per_year = disclosure.periods_per_year(self.terms.frequency)
        yield Step(
            "annual_rate_nominal",
            "nominal_rate",
            {"amount": amount, "payments": payments, "periods_per_year": per_year},
            (),
            made.annual_rate_nominal_ppm,
        )
        flows = [((row.due_date - start).days, row.payment_minor) for row in self.schedule.rows]
        inputs = {"amount": amount, "flows": flows}
        yield Step(
            "annual_rate_effective", "effective_rate", inputs, (), made.annual_rate_effective_ppm
        )
        today = {"total": total, "other": owed}
        yield Step("versus_today", "difference", today, (), made.versus_today_minor)
        contract = self.position.contract
        if contract:
            asked = sum(row.amount_minor for row in contract.remaining)
            against = {"total": total, "other": asked}
            yield Step("versus_contract", "difference", against, (), made.versus_contract_minor)
            gross = self.position.principal_minor + self.position.interest_minor
            change = {"total": made.present_value_minor, "other": gross}
            yield Step("modification", "difference", change, (), made.modification_minor)

    def _balance_before(self, at: int) -> int:
        return self.schedule.rows[at - 1].balance_minor if at else self.standing.owed["principal"]

    def _pays(self, at: int) -> bool:
        return not isinstance(self.segments[at][0], t.Holiday)

    def _settles(self) -> bool:
        return isinstance(self.terms.shape[0], t.LumpSum)

    def _left_by_settlement(self) -> int:
        return self.schedule.totals.waived_minor - self.standing.waived

    def _balloon(self) -> int:
        last = self.terms.shape[-1]
        if not isinstance(last, t.Balloon):
            return 0
        if last.share_ppm is None:
            return last.amount_minor or 0
        return DIVIDE[self.mode](self.standing.owed["principal"] * last.share_ppm, WHOLE_PPM)


def _sum(figure: str, parts: tuple[Step, ...], result: int) -> Step:
    return Step(figure, "sum_of_parts", {}, parts, result)


def _proven(step: Step) -> Step:
    """The step itself, if every formula in it yields its result."""
    for part in step.parts:
        _proven(part)
    if formulas.evaluate(step) != step.result:
        raise InvariantError("plan.invariant_broken", law=f"trace_of_{step.figure}")
    return step
