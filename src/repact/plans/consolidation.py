"""Several debts, one plan: each keeps its own ledger, the borrower sees one bill."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import zip_longest
from typing import NamedTuple

from repact import canonical
from repact.money.rounding import DIVIDE
from repact.plans import creditors, measures, schedule
from repact.plans import terms as t
from repact.plans.errors import PlanError
from repact.plans.fields import ROWS_MAX
from repact.plans.figures import Row, Schedule, Totals
from repact.plans.periods import PeriodRate, period_rates
from repact.plans.position import Position


class BillRow(NamedTuple):
    """One date of the bill: the payment, and what of it belongs to which debt."""

    due_date: date
    payment_minor: int
    parts: dict[str, int]


class Consolidation(NamedTuple):
    """The bill, and behind it the terms and the exact schedule of every debt: legally distinct
    contracts stay distinct, and each can be certified and verified by itself."""

    bill: tuple[BillRow, ...]
    terms: dict[str, t.Terms]
    schedules: dict[str, Schedule]


def consolidate(debts: Mapping[str, tuple[Position, t.Terms]], /) -> Consolidation:
    """One bill over plans that share a calendar.

    几笔贷款合成一张账单，每笔各自记账。

    Formula: payment of a date = Σ over the debts; each debt keeps its own exact schedule.
    Source: EU Directive 2023/2225 art. 35 (consolidation); distinct contracts are never merged.
    Hear: One date, one sum. We show what of it goes to which loan.
    听到: 一个还款日，一个金额，钱还到哪笔一目了然。

    Raises PlanError `plan.calendars_differ` or `plan.currencies_differ`, naming the debt, and
    whatever `schedule.build` refuses.
    """
    first = next(iter(debts.values()), None)
    if first is None:
        raise PlanError("plan.missing", field="debts")
    for name, (position, terms) in debts.items():
        if position.currency != first[0].currency:
            raise PlanError("plan.currencies_differ", field=f"debts.{name}.position.currency")
        if (terms.frequency, terms.first_due_date, terms.effective_date) != (
            first[1].frequency,
            first[1].first_due_date,
            first[1].effective_date,
        ):
            raise PlanError("plan.calendars_differ", field=f"debts.{name}.terms.frequency")
    schedules = {name: schedule.build(*debt) for name, debt in debts.items()}
    return Consolidation(
        bill=_bill(schedules),
        terms={name: terms for name, (_, terms) in debts.items()},
        schedules=schedules,
    )


def bill_of(schedules: Sequence[Schedule], /) -> Schedule:
    """What the borrower sees of several schedules on one calendar: every row and total summed.

    The bill of one schedule is that schedule. Raises PlanError `plan.calendars_differ` where two
    rows of the same number fall on different days.
    """
    if len(schedules) == 1:
        return schedules[0]
    rows = []
    for number, parts in enumerate(zip_longest(*(made.rows for made in schedules)), start=1):
        present = [row for row in parts if row]
        if len({row.due_date for row in present}) > 1:
            raise PlanError("plan.calendars_differ", field=f"rows[{number}].due_date")
        sums = (sum(column) for column in zip(*(row[2:] for row in present), strict=True))
        rows.append(Row(number, present[0].due_date, *sums))
    totals = Totals(*map(sum, zip(*(made.totals for made in schedules), strict=True)))
    return Schedule(rows=tuple(rows), totals=totals)


def bill_hash(part_hashes: Sequence[str], /) -> str:
    """What a bill is known by: with one part its own schedule hash, with several the SHA-256 of
    the canonical JSON (RFC 8785) of `{"parts": [the hashes in order]}`."""
    if len(part_hashes) == 1:
        return part_hashes[0]
    return hashlib.sha256(canonical.dumps({"parts": list(part_hashes)})).hexdigest()


def share_out(
    debts: Mapping[str, tuple[Position, t.Terms]],
    /,
    *,
    payment_minor: int,
    priority: Mapping[str, int] | None = None,
) -> Consolidation:
    """One equal payment shared over several creditors until all are paid.

    每月一笔钱，按欠款比例分给多家机构，直到全部还清；优先债务先还。

    Formula: ⌊M·bᵢ / Σb⌋ and the remaining units by largest remainder, priority debts first.
    Source: UK debt management plans; Hong Kong's interbank debt relief plan (2025).
    Hear: You pay once, everyone gets a fair share, and rent and power come first.
    听到: 你只付一次，各家按比例分配，房租水电等优先。

    Each date the payment goes to the `priority` debts first (by name: the installment each asks),
    then to the others in proportion to what is owed (largest remainder). Every debt's own terms
    say its measures, its calendar and its rate; the amounts that result become its shape. Raises
    PlanError `plan.components_left` where measures leave more than principal, `plan.never_ends`
    when the payment does not outrun the interest, and what `consolidate` refuses.
    """
    asks = dict(priority or {})
    balances = {name: _principal(name, *debt) for name, debt in debts.items()}
    rates = {name: _rates(terms) for name, (_, terms) in debts.items()}
    amounts: dict[str, list[int]] = {name: [] for name in debts}
    for index in range(ROWS_MAX):
        for name, (_, terms) in debts.items():
            rate, whole = rates[name][index]
            balances[name] += DIVIDE[terms.rounding](balances[name] * rate, whole)
        owed = [
            creditors.Debt(name, balances[name], name in asks, asks.get(name)) for name in debts
        ]
        for name, part in creditors.distribute(payment_minor, owed).items():
            if balances[name]:
                amounts[name].append(part)
            balances[name] -= part
        if not any(balances.values()):
            return consolidate(
                {
                    name: (position, _custom(terms, amounts[name]))
                    for name, (position, terms) in debts.items()
                }
            )
    raise PlanError("plan.never_ends", field="payment_minor", payment_minor=payment_minor)


def _principal(name: str, position: Position, terms: t.Terms) -> int:
    """What bears interest after the measures, which must leave nothing else."""
    standing = measures.apply(position, terms)
    others = sum(standing.owed.values()) - standing.owed["principal"]
    if others or standing.carried or standing.set_aside:
        raise PlanError("plan.components_left", field=f"debts.{name}.terms.measures")
    return standing.owed["principal"]


def _rates(terms: t.Terms) -> list[PeriodRate]:
    dates = terms.frequency.recurrence().dates(terms.first_due_date, ROWS_MAX)
    return period_rates(terms, dates)


def _custom(terms: t.Terms, amounts: list[int]) -> t.Terms:
    """The debt's own terms with the payments it gets."""
    shape = (t.Custom(kind="custom", amounts_minor=tuple(amounts)),)
    return terms.model_copy(update={"shape": shape})


def _bill(schedules: Mapping[str, Schedule]) -> tuple[BillRow, ...]:
    longest = max(schedules.values(), key=lambda made: len(made.rows))
    return tuple(
        BillRow(
            due_date=row.due_date,
            payment_minor=sum(parts.values()),
            parts=parts,
        )
        for index, row in enumerate(longest.rows)
        if (
            parts := {
                name: made.rows[index].payment_minor
                for name, made in schedules.items()
                if index < len(made.rows)
            }
        )
    )
