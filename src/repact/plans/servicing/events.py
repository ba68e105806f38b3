"""What can happen to a plan after it was signed. Rows keep these, never the arithmetic."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from repact.plans.conduct import Excess
from repact.plans.document import refuse
from repact.plans.fields import Count, IsoDate, PositiveAmount, Strict

EVENTS_MAX = 10_000


class _Event(Strict):
    """`id` names the event once and for all; `on` is the day it happened (value date).

    Events of one day keep the order in which they are given.
    """

    id: Annotated[str, Field(min_length=1, max_length=120)]
    on: IsoDate


class Payment(_Event):
    """Money that arrived. `excess` overrides what the conduct does with more than is due."""

    kind: Literal["payment"]
    amount_minor: PositiveAmount
    excess: Excess | None = None


class Reversal(_Event):
    """An earlier event is undone, as if it had never happened: a charge-back, or an undo."""

    kind: Literal["reversal"]
    of: Annotated[str, Field(min_length=1, max_length=120)]


class Skip(_Event):
    """A skip token is used: the row falls due one period after the last one, at no cost."""

    kind: Literal["skip"]
    row: Count


class DateMove(_Event):
    """One row is paid on another day, at no cost."""

    kind: Literal["date_move"]
    row: Count
    to_date: IsoDate


class Breach(_Event):
    """The lender declares the agreement breached, after the cure window of its conduct."""

    kind: Literal["breach"]


class Cure(_Event):
    """Everything due has been paid: the plan goes on as if it had not been breached."""

    kind: Literal["cure"]


class Termination(_Event):
    """The plan ends and all that is owed that day falls due; interest to come does not."""

    kind: Literal["termination"]


class Renegotiation(_Event):
    """Another agreement takes the plan's place, from what is owed that day."""

    kind: Literal["renegotiation"]
    agreement: Annotated[str, Field(min_length=1, max_length=120)]


Event = Annotated[
    Payment | Reversal | Skip | DateMove | Breach | Cure | Termination | Renegotiation,
    Field(discriminator="kind"),
]
_EVENTS: TypeAdapter[tuple[Event, ...]] = TypeAdapter(
    Annotated[tuple[Event, ...], Field(max_length=EVENTS_MAX, strict=False)]
)


def parse_events(data: object, /) -> tuple[Event, ...]:
    """Events from parsed JSON; raises PlanError naming the field at fault."""
    try:
        return _EVENTS.validate_python(data)
    except ValidationError as error:
        refuse(error)
