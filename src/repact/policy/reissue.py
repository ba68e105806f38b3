"""An offer issued anew: what changed, in one sentence, and what got worse for the borrower."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from repact.policy.offers import Offer


class Figures(NamedTuple):
    """What a borrower agreed to look at, in figures. Amounts in minor units."""

    installment_minor: int
    total_minor: int
    rows: int
    first_due_date: date
    last_due_date: date
    annual_rate_ppm: int
    waived_minor: int
    end_sum_minor: int


class Difference(NamedTuple):
    """The code of one sentence, its figures, and the names of what got worse (none: no new
    consent is needed)."""

    code: str
    params: dict[str, Any]
    worse_in: tuple[str, ...]


def figures_of(offer: Offer, /) -> Figures:
    """An offer's figures; the rate is the highest of its parts."""
    rows = offer.bill.rows
    return Figures(
        installment_minor=offer.installment_minor,
        total_minor=offer.total_minor,
        rows=len(rows),
        first_due_date=rows[0].due_date,
        last_due_date=rows[-1].due_date,
        annual_rate_ppm=max(part.terms.annual_rate_ppm for part in offer.parts),
        waived_minor=offer.waived_minor,
        end_sum_minor=offer.flexibility.end_sum_minor,
    )


def compare(old: Figures, new: Figures, /) -> Difference:
    """What changed from one offer to the one that replaces it.

    The sentence speaks of the total where it changed, else of the payment, else of the dates.
    Sooner is worse for the first payment, later for the last; less waived is worse.
    """
    worse = [
        name
        for name in ("installment_minor", "total_minor", "rows", "annual_rate_ppm", "end_sum_minor")
        if getattr(new, name) > getattr(old, name)
    ]
    worse += ["first_due_date"] if new.first_due_date < old.first_due_date else []
    worse += ["last_due_date"] if new.last_due_date > old.last_due_date else []
    # a waiver that shrank because less is owed costs nobody anything: the total says so
    if new.waived_minor < old.waived_minor and new.total_minor > old.total_minor:
        worse.append("waived_minor")
    for name in ("total_minor", "installment_minor"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            way = "more" if after > before else "less"
            params = {"before": before, "after": after, "by": abs(after - before)}
            return Difference(f"offer.{name.removesuffix('_minor')}_{way}", params, tuple(worse))
    if old == new:
        return Difference("offer.same", {}, ())
    params = {"before": old.last_due_date.isoformat(), "after": new.last_due_date.isoformat()}
    return Difference("offer.dates_changed", params, tuple(worse))
