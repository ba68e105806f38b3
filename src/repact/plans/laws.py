"""The laws of the algebra: what always holds of a schedule, whatever its terms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple, NoReturn

from repact.money.rounding import DIVIDE
from repact.plans import terms as t
from repact.plans.errors import InvariantError
from repact.plans.figures import Totals
from repact.plans.measures import Standing
from repact.plans.periods import PeriodRate
from repact.plans.position import Position


class Columns(NamedTuple):
    """The columns of a schedule's rows, as in `figures.Row`."""

    number: Sequence[int]
    due_date: Sequence[date]
    payment: Sequence[int]
    principal: Sequence[int]
    interest: Sequence[int]
    penalty: Sequence[int]
    fees: Sequence[int]
    carried: Sequence[int]
    vesting: Sequence[int]
    balance: Sequence[int]


def check_sums(columns: Columns, totals: Totals, /) -> None:
    """Raise InvariantError unless rows are numbered, payments are their parts and totals are sums.

    What was just made by adding up cannot fail this; what was stored and read can.
    """
    parts = zip(columns.principal, columns.interest, columns.penalty, columns.fees, strict=True)
    if tuple(columns.number) != tuple(range(1, len(columns.number) + 1)):
        _broken("rows_are_numbered")
    if tuple(columns.payment) != tuple(map(sum, parts)):
        _broken("payment_is_its_parts")
    if (*map(sum, columns[2:7]), sum(columns.carried)) != (*totals[:5], totals.carried_minor):
        _broken("totals_are_sums")


def check_conservation(
    position: Position,
    terms: t.Terms,
    columns: Columns,
    totals: Totals,
    /,
    *,
    standing: Standing,
    rates: Sequence[PeriodRate],
) -> None:
    """Raise InvariantError `plan.invariant_broken`, naming the law, unless money is conserved."""
    if min(map(min, columns[2:])) < 0:
        _broken("nothing_is_negative")
    if columns.balance[-1]:
        _broken("balance_ends_at_zero")
    if isinstance(terms.shape[0], t.LumpSum):
        if totals.payment_minor + totals.waived_minor != position.total_minor:
            _broken("nothing_is_lost")
        return
    _check_principal(columns, totals, standing)
    _check_components(position, totals, standing)
    _check_residual(terms, columns, rates, standing.owed["principal"])


def _broken(law: str) -> NoReturn:
    raise InvariantError("plan.invariant_broken", law=law)


def _check_principal(columns: Columns, totals: Totals, standing: Standing) -> None:
    """Principal repaid is what bore interest, what holidays added to it, and what was set aside."""
    base = standing.owed["principal"]
    steps = pairwise((base, *columns.balance))
    added = sum([after - before for before, after in steps if after > before])
    if totals.principal_minor != base + added + standing.set_aside:
        _broken("principal_is_repaid_once")


def _check_components(position: Position, totals: Totals, standing: Standing) -> None:
    """Of each component: paid, waived, capitalized and carried make up what was owed before."""
    owed = standing.owed
    carried = sum([amount for _, amount in standing.carried])
    if sum(owed.values()) + standing.waived + carried + standing.set_aside != position.total_minor:
        _broken("nothing_is_lost")
    if (totals.waived_minor, totals.capitalized_minor) != (standing.waived, standing.capitalized):
        _broken("measures_are_stated")
    if totals.penalty_minor != owed["penalty"] + standing.carried_of("penalty"):
        _broken("penalty_is_conserved")
    if totals.fees_minor != owed["fees"] + standing.carried_of("fees"):
        _broken("fees_are_conserved")
    if totals.interest_minor < owed["interest"] + standing.carried_of("interest"):
        _broken("interest_is_conserved")


def _check_residual(
    terms: t.Terms, columns: Columns, rates: Sequence[PeriodRate], base: int
) -> None:
    """The last of equal payments differs by no more than rounding can make it.

    Half a unit from the level and half a unit a row from interest, compounded:
    |last - level| <= ((1 + r)^n - 1) / r + 1, where all periods have the rate r. Both are taken as
    what repays the balance, without what is set aside, carried or was owed before.
    """
    last = terms.shape[-1]
    if not isinstance(last, t.Level) or last.count == 1:
        return
    rate, whole = rates[-1]
    if rates[-last.count :].count(rates[-1]) < last.count:
        return
    divide, first = DIVIDE[terms.rounding], len(columns.number) - last.count
    before = columns.balance[first - 1] if first else base
    level = columns.principal[first] + divide(before * rate, whole)
    final = columns.balance[-2] + divide(columns.balance[-2] * rate, whole)
    grown, plain = (whole + rate) ** last.count, whole**last.count
    limit, unit = last.count + 1, 1
    if rate:
        limit, unit = (grown - plain) * whole + rate * plain, rate * plain
    if abs(final - level) * unit > limit:
        _broken("residual_is_rounding")
