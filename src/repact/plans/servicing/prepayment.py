"""Paying principal early: the rows to come are laid again on the smaller balance."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from repact.plans import annuity
from repact.plans import terms as t
from repact.plans.conduct import Excess
from repact.plans.servicing.live import INTEREST, PRINCIPAL, LiveRow, Part

if TYPE_CHECKING:
    from repact.plans.servicing.fold import Fold


def possible(fold: Fold, on: date, /) -> bool:
    """Whether the principal of the rows to come can be reduced on a day.

    It cannot while a row of them was moved behind another, was paid in part, or rests with its
    interest kept aside, nor within a holiday that earns interest: then an excess pays rows in
    advance.
    """
    tail = _tail(fold, on)
    return (
        untouched(tail)
        and fold.standing == "active"
        and all(row.period.resting == "no" for row in _paid_for(fold, tail, on))
    )


def untouched(tail: list[LiveRow], /) -> bool:
    """Whether rows can be laid again: in their order, nothing paid, no interest kept aside."""
    in_order = all(a.due_date < b.due_date for a, b in pairwise(tail))
    return in_order and not any(sum(row.paid) or row.period.resting == "simple" for row in tail)


def reduce(fold: Fold, on: date, amount: int, excess: Excess, /) -> tuple[list[Part], int]:
    """Use an amount for principal of the rows to come; the parts, and the interest it freed.

    Periods already paid for, but not over, give back the interest the early principal saves; what
    they give back is principal too. `shorten` keeps the payments, `lower` their number, where
    the rows to come are equal payments.
    """
    tail = _tail(fold, on)
    if not tail:
        return [], 0
    balance = tail[0].balance_minor
    paid_for = _paid_for(fold, tail, on)
    whole = sum(_saved(fold, row, balance, on) for row in paid_for)
    principal = min(amount, balance - whole)
    early = balance if principal == balance - whole else principal
    parts = []
    freed = 0
    for row in paid_for:
        saved = _saved(fold, row, early, on)
        row.due[INTEREST] -= saved
        row.paid[INTEREST] -= saved
        row.charge_minor -= saved
        row.paid_early += ((on, early),)
        freed += saved
        if saved:
            parts.append(Part(row.number, "interest", -saved))
    parts.append(Part(0, "principal", principal + freed))
    lay_again(fold, tail, balance - principal - freed, excess)
    fold.prepaid += principal + freed
    fold.settle(tail, on)
    return parts, freed


def _tail(fold: Fold, on: date) -> list[LiveRow]:
    """The rows from the first open one on, with holiday rows before it that have not begun."""
    first = next((row.number for row in fold.rows if row.open_minor), len(fold.rows) + 1)
    while first > 1 and _rests_later(fold.rows[first - 2], on):
        first -= 1
    return fold.rows[first - 1 :]


def _rests_later(row: LiveRow, on: date) -> bool:
    return row.period.resting != "no" and row.period.start >= on


def _paid_for(fold: Fold, tail: list[LiveRow], on: date) -> list[LiveRow]:
    """Rows before the tail whose periods are not over, and earn interest."""
    before = fold.rows[: tail[0].number - 1] if tail else []
    return [row for row in before if row.period.end > on and row.charge_minor]


def _saved(fold: Fold, row: LiveRow, principal: int, on: date) -> int:
    """The interest of a running period that principal paid on a day does not earn."""
    return min(fold.part_earned(row, principal, on, row.period.end), row.charge_minor)


def lay_again(fold: Fold, tail: list[LiveRow], balance: int, excess: Excess, /) -> None:
    """Lay rows again on another balance: the same payments (`shorten`), or as many (`lower`)."""
    divide = fold.agreement.divide
    lower = excess == "lower" and all(row.period.level for row in tail)
    lower = lower and not isinstance(fold.agreement.terms.shape[-1], t.Balloon)
    level = None
    if lower:
        rates = [row.period.rate for row in tail]
        level = divide(*annuity.level_payment(balance=balance, balloon=0, rates=rates))
    for row in tail:
        aside = row.due[PRINCIPAL] - row.balance_minor if row is tail[-1] else 0
        kept = row.due[INTEREST] - row.charge_minor
        payment = row.due[PRINCIPAL] + row.charge_minor if level is None else level
        rate, whole = row.period.rate
        charge = divide(balance * rate, whole) if row.charge_minor else 0
        row.balance_minor, row.charge_minor = balance, charge
        if row.period.resting != "no":  # nothing is charged where interest is frozen
            balance += charge
            continue
        ends = row is tail[-1] or payment >= balance + charge
        principal = balance if ends else payment - charge
        row.due[INTEREST], row.due[PRINCIPAL] = kept + charge, principal + aside
        row.open_minor = sum(row.due)  # nothing was paid on it: see `possible`
        balance -= principal
