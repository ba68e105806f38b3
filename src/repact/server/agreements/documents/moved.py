"""What each measure of a debt moves, in minor units."""

from __future__ import annotations

from dataclasses import dataclass

from repact.plans import measures
from repact.plans import terms as t
from repact.server.agreements.documents.contents import Debt


@dataclass(frozen=True, slots=True)
class Move:
    """One measure and the sum it waives, capitalizes, carries or sets aside."""

    measure: t.Waive | t.Capitalize | t.Carry | t.SetAside
    amount_minor: int


def moves(debt: Debt, /) -> tuple[Move, ...]:
    """The measures that move money, in order, with their sums; nothing for a sum of zero.

    Each sum is the difference a measure makes after those before it, worked out by the engine.
    """
    document = debt.agreed
    found, before = [], 0
    for index, measure in enumerate(document.terms.measures, start=1):
        if isinstance(measure, t.RateChange | t.Freeze):
            continue
        terms = document.terms.model_copy(update={"measures": document.terms.measures[:index]})
        moved = _moved(measures.apply(document.position, terms))
        if moved > before:
            found.append(Move(measure, moved - before))
        before = moved
    return tuple(found)


def settled_minor(debt: Debt, /) -> int:
    """What a settlement waives when its one payment arrives: beyond what the measures waive."""
    document = debt.agreed
    standing = measures.apply(document.position, document.terms)
    return int(debt.result["totals"]["waived_minor"]) - standing.waived


def _moved(standing: measures.Standing) -> int:
    carried = sum(amount for _, amount in standing.carried)
    return standing.waived + standing.capitalized + carried + standing.set_aside
