"""One payment, several debts: who gets how much."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import NamedTuple

from repact.money.split import largest_remainder
from repact.plans.errors import PlanError


class Debt(NamedTuple):
    """What is owed to one creditor, as the sharing of a payment sees it.

    `asked_minor` is the installment a priority debt (rent, utilities, support, taxes) asks for,
    None for all that is owed. The rest matters to `allocate`: art. 560 of the Civil Code.
    """

    id: str
    owed_minor: int
    priority: bool = False
    asked_minor: int | None = None
    due: bool = True
    secured: bool = False
    annual_rate_ppm: int = 0
    due_date: date | None = None


def distribute(amount_minor: int, debts: Sequence[Debt], /) -> dict[str, int]:
    """Share one amount: priority debts first, the others in proportion to what is owed.

    Largest remainder, ties to the earlier debt; nobody gets more than is owed; what nobody is owed
    stays out. Source: pro-rata plans (UK debt management plans; Hong Kong's interbank relief plan).
    """
    if amount_minor < 0:
        raise PlanError("plan.out_of_range", field="amount_minor")
    shares = dict.fromkeys((debt.id for debt in debts), 0)
    left = amount_minor
    for debt in debts:
        if debt.priority:
            asked = debt.owed_minor if debt.asked_minor is None else debt.asked_minor
            shares[debt.id] = min(left, asked, debt.owed_minor)
            left -= shares[debt.id]
    others = [debt for debt in debts if not debt.priority and debt.owed_minor]
    return shares | _in_proportion(left, others)


def allocate(
    amount_minor: int, debts: Sequence[Debt], /, *, designated: str | None = None
) -> dict[str, int]:
    """Use one payment for several debts of one creditor where nothing else was agreed.

    Civil Code of China art. 560: the debt the payer names; else due before not due, least secured,
    heaviest burden (highest rate), earliest due date; alike, in proportion. Never more than owed.
    """

    def rank(debt: Debt) -> tuple[bool, bool, bool, int, date]:
        when = debt.due_date or date.max
        return (debt.id != designated, not debt.due, debt.secured, -debt.annual_rate_ppm, when)

    shares = dict.fromkeys((debt.id for debt in debts), 0)
    left = amount_minor
    for _, alike in groupby(sorted(debts, key=rank), key=rank):
        part = _in_proportion(left, [debt for debt in alike if debt.owed_minor])
        shares |= part
        left -= sum(part.values())
    return shares


def _in_proportion(amount: int, debts: Sequence[Debt]) -> dict[str, int]:
    owed = [debt.owed_minor for debt in debts]
    if not debts:
        return {}
    shared = min(amount, sum(owed))
    parts = largest_remainder(shared, owed)
    return {debt.id: part for debt, part in zip(debts, parts, strict=True)}
