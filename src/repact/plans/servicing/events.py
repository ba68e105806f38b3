"""What can happen to a plan after it was signed. Rows keep these, never the arithmetic."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from repact.plans.conduct import Excess
from repact.plans.document import refuse
from repact.plans.fields import Count, IsoDate, PositiveAmount, RatePpm, Strict
from repact.plans.servicing.rests import Mode

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
    """The plan ends and all that is owed that day falls due; interest to come does not.

    计划提前终止，当日所欠全部到期，未发生的利息不收。

    Formula: Σ open rows − interest not yet earned.
    Source: Civil Code of China art. 563 and 566; with notice, and undone by a reversal.
    Hear: The plan has ended. This is what is owed today, and what can still be done.
    听到: 计划已经终止，这是今天所欠的金额，以及你还能做什么。
    """

    kind: Literal["termination"]


class Renegotiation(_Event):
    """Another agreement takes the plan's place, from what is owed that day.

    以当日所欠为起点，由新的协议取代旧的。

    Formula: the new position is what is owed by component; `position_on` works it out.
    Source: Civil Code of China art. 543; IFRS 9 B3.3.6 (10% test); never a loan to hide arrears.
    Hear: Your new plan takes over from the old one, and nothing you paid is lost.
    听到: 新计划接替旧计划，已还的每一分都算数。
    """

    kind: Literal["renegotiation"]
    agreement: Annotated[str, Field(min_length=1, max_length=120)]


class Resumption(_Event):
    """The agreement that had taken the plan's place was taken back `days` later: it goes on.

    取代它的协议在若干天后被撤回，原计划继续；其间的每一天都不算逾期。

    The event is dated the day on which the plan had given way.
    """

    kind: Literal["resumption"]
    days: Count


class Rest(_Event):
    """Another plan is asked for: from this day on less is charged, or nothing, by the lender's
    policy.

    再次协商期间，利息和逾期费用按政策停计、减收或照计；停计的以后也不补收。

    Formula: per day min(signed rate, the policy's rate); `frozen` 0, `running` as signed.
    Source: the policy's `accrual_while_open` on the day of the request.
    """

    kind: Literal["rest"]
    mode: Mode
    annual_rate_ppm: RatePpm | None = None

    @model_validator(mode="after")
    def _names_its_rate(self) -> Self:
        if (self.mode == "reduced") != (self.annual_rate_ppm is not None):
            raise ValueError("rest_rate")
        return self


class RestEnd(_Event):
    """The request has ended: from this day on everything is charged as signed again. What was not
    charged in the rest never is."""

    kind: Literal["rest_end"]


class WriteOff(_Event):
    """The lender no longer counts on the debt: what was agreed goes on, and what is paid is a
    recovery.
    """

    kind: Literal["write_off"]


Event = Annotated[
    Payment
    | Reversal
    | Skip
    | DateMove
    | Breach
    | Cure
    | Termination
    | Renegotiation
    | Resumption
    | Rest
    | RestEnd
    | WriteOff,
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
