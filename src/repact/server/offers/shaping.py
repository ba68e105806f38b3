"""A plan of another shape by hand: catching up, steps, seasons, a last payment, a trial, an end.

The amounts follow from the policy's own bounds and the exact engine; a person chooses the shape and
its few figures. What comes out is judged like anything that was proposed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from repact.plans import schedule
from repact.plans import terms as t
from repact.plans.errors import PlanError
from repact.plans.fields import WHOLE_PPM
from repact.plans.figures import Row
from repact.plans.instruments.payments import trial_plan
from repact.policy import settling
from repact.policy.candidates import Candidate, Head, HeadKind, Pace, Relief
from repact.policy.choosing import Refusal
from repact.policy.drafts import Draft
from repact.policy.facts import Rhythm
from repact.policy.ground import Ground
from repact.policy.shapes import shape_of

OWN: tuple[str, ...] = ("none", "catch_up", "step_up", "seasonal", "balloon", "trial", "settlement")
LABELS = {"catch_up": "catch_up", "step_up": "rising", "seasonal": "seasonal"}
HEADS: dict[str, HeadKind] = {
    "catch_up": "catch_up",
    "step_up": "step_up",
    "seasonal": "seasonal",
    "balloon": "balloon",
}
USES: dict[str, tuple[str, ...]] = {
    "catch_up": ("rows",),
    "step_up": ("rows", "steps", "part"),
    "seasonal": ("part", "months"),
    "balloon": ("part",),
    "trial": ("rows",),
    "settlement": ("rows", "amount"),
}
PARTS_PPM = 100  # a share is set in hundredths of a percent


@dataclass(frozen=True, slots=True)
class Shape:
    """How payments go. `rows`: months of catching up, rows of each step, payments on trial or of a
    settlement; `part_ppm`: the growth of a step, the low season's share, the last payment's share;
    `months` of the low season; `amount_minor` settles."""

    kind: str = "none"
    rows: int = 0
    steps: int = 0
    part_ppm: int = 0
    months: tuple[int, ...] = ()
    amount_minor: int = 0


EQUAL = Shape()


def of_terms(terms: t.Terms, position: Any, /) -> tuple[Shape, int]:
    """The shape of a stored part, and how many payments its level has: for seasons, all of them.

    Shares are rounded to hundredths of a percent, as a form shows them.
    """
    made = schedule.build(position, terms)
    kind = shape_of(terms, made)
    segments, count = terms.shape, schedule.rows_of(terms.shape[-1])
    fixed = [segment for segment in segments if isinstance(segment, t.Fixed)]
    match kind:
        case "catch_up" | "trial":
            return Shape(kind, rows=schedule.rows_of(segments[0])), count
        case "balloon":
            share = getattr(segments[-1], "share_ppm", None) or 0
            return Shape(kind, part_ppm=_hundredths(share)), schedule.rows_of(segments[0])
        case "step_up":
            growth = (fixed[1].amount_minor - fixed[0].amount_minor) * WHOLE_PPM
            part = _hundredths(growth // fixed[0].amount_minor)
            return Shape(kind, fixed[0].count, len(fixed), part), count
        case "seasonal":
            return _seasons(terms, made.rows), len(made.rows)
    return Shape(kind), count


def draft_of(ground: Ground, shape: Shape, relief: Relief, pace: Pace, /) -> Draft | Refusal:
    """A plan of a shape, exact; or the bound or the engine's refusal in its way."""
    outside = _not_usable(ground, shape) or _outside(ground, shape)
    if outside:
        return outside
    try:
        if shape.kind == "settlement":
            return _settled(ground, shape)
        if shape.kind == "trial":
            return _tried(ground, shape, relief, pace)
        return ground.draft(Candidate(relief, pace._replace(head=_head(shape)), -1))
    except PlanError as error:
        return Refusal(error.code, error.params, {})


def label_of(shape: Shape, rhythm: Rhythm, /) -> str:
    """What a plan of a shape is called; nothing for what keeps its name."""
    if shape.kind == "settlement":
        return "in_parts" if shape.rows > 1 else "settlement"
    return LABELS.get(shape.kind, "" if rhythm == "monthly" else "rhythm")


def asks_too_much(ground: Ground, shape: Shape, draft: Draft, /) -> int:
    """A payment above the means, 0 when there is none. One sum comes from elsewhere; a last payment
    is held against them unless the policy says that it may be more."""
    if shape.kind == "settlement" and shape.rows <= 1:
        return 0
    over = ground.asks_too_much(draft, ground.facts.ceiling_minor)
    bounds = ground.policy.instruments.balloon
    if shape.kind == "balloon" and not (bounds and bounds.above_means):
        largest = max(draft.payments)
        over = max(over, largest if largest > ground.facts.ceiling_minor else 0)
    return over


def _head(shape: Shape) -> Head:
    kind = HEADS.get(shape.kind, "none")
    if kind == "step_up":
        rows = shape.rows * shape.steps
        return Head(kind, rows, steps=shape.steps, growth_ppm=shape.part_ppm)
    rows = shape.rows if kind == "catch_up" else 0
    return Head(kind, rows, share_ppm=shape.part_ppm, months=shape.months)


def _settled(ground: Ground, shape: Shape) -> Draft | Refusal:
    once = settling.settle(ground, shape.amount_minor)
    if shape.rows <= 1 or isinstance(once, Refusal):
        return once
    return settling.parts(ground, shape.amount_minor, shape.rows)


def _tried(ground: Ground, shape: Shape, relief: Relief, pace: Pace) -> Draft:
    """The plan's own payment a few times on trial, then the rest: no other sum, nothing twice."""
    plain = Candidate(relief, pace._replace(level_rows=pace.level_rows + shape.rows), -1)
    terms = []
    for debt, made in zip(ground.debts, ground.terms(plain), strict=True):
        left = schedule.rows_of(made.shape[0]) - shape.rows
        amount = max(schedule.level_minor(debt.position, made), 1)
        tried = trial_plan(periods=shape.rows, amount_minor=amount, count=max(left, 1))
        terms.append(made.model_copy(update={"shape": tried.head + (tried.tail or ())}))
    return ground.exact(plain, terms)


def _not_usable(ground: Ground, shape: Shape) -> Refusal | None:
    """Every debt must be allowed to be paid so."""
    usable = all(shape.kind in {"none", *limits.may} for limits in ground.limits)
    if not usable:
        return Refusal("policy.not_for_product", {"instruments": [shape.kind]}, {})
    least = min(limits.remaining for limits in ground.limits)
    if shape.kind == "catch_up" and shape.rows >= least:
        return Refusal("policy.nothing_left_of_contract", {"rows": least}, {})
    return None


def _outside(ground: Ground, shape: Shape) -> Refusal | None:
    """The policy's bounds of a shape; that an instrument may be used says that it has some."""
    found: Any = ground.policy.instruments.bounds(shape.kind) if shape.kind != "none" else None
    rows_max = {"catch_up": "months_max", "trial": "rows", "settlement": "installments_max"}
    if shape.kind in rows_max and not 1 <= shape.rows <= getattr(found, rows_max[shape.kind]):
        most = {"rows_max": getattr(found, rows_max[shape.kind])}
        return Refusal("policy.rows_out_of_bounds", most, {})
    if shape.kind == "step_up":
        fits = 1 <= shape.steps <= found.steps_max and 0 < shape.part_ppm <= found.growth_ppm_max
        params = {"steps_max": found.steps_max, "growth_ppm_max": found.growth_ppm_max}
        return None if fits and shape.rows else Refusal("policy.steps_out_of_bounds", params, {})
    if shape.kind == "seasonal" and not 1 <= len(shape.months) <= found.low_months_max:
        params = {"months": len(shape.months), "months_max": found.low_months_max}
        return Refusal("policy.low_months_max", params, {})
    least, most_ppm = 0, WHOLE_PPM
    if shape.kind == "seasonal":
        least, most_ppm = found.share_ppm_min, WHOLE_PPM - 1
    if shape.kind == "balloon":
        least, most_ppm = 1, found.share_ppm_max
    if not least <= shape.part_ppm <= most_ppm:
        params = {"least_ppm": least, "most_ppm": most_ppm}
        return Refusal("policy.share_out_of_bounds", params, {})
    return None


def _seasons(terms: t.Terms, rows: Sequence[Row]) -> Shape:
    """The months that ask for less, and how much less."""
    amounts = [
        getattr(segment, "amount_minor", 0)
        for segment in terms.shape[:-1]
        for _ in range(schedule.rows_of(segment))
    ]
    high, low = max(amounts), min(amounts)
    pairs = zip(rows, amounts, strict=False)
    months = {row.due_date.month for row, amount in pairs if amount < high}
    return Shape(
        "seasonal", part_ppm=_hundredths(low * WHOLE_PPM // high), months=tuple(sorted(months))
    )


def _hundredths(share_ppm: int) -> int:
    return (share_ppm + PARTS_PPM // 2) // PARTS_PPM * PARTS_PPM
