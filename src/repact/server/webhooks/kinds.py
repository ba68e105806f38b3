"""What an event may say: strict, and nothing that is not asked for.

An event of a kind we do not know is kept and ignored, so that a sender may add kinds first.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from repact.server.webhooks.errors import WebhookError

Text = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Amount = Annotated[int, Field(strict=True, gt=0, le=10**11)]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PaymentReceived(_Said):
    """A holder pushed money to us; `reference` is what they wrote, `account` who they are."""

    payment_id: Text
    account: Text
    amount_minor: Amount
    currency: Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")]
    reference: Annotated[str, StringConstraints(max_length=200)] = ""
    value_date: date


class PaymentReversed(_Said):
    """A payment that a holder had pushed to us was taken back."""

    payment_id: Text
    reason: Annotated[str, StringConstraints(min_length=1, max_length=40)]


class DebitExecuted(_Said):
    """A debit we asked for has its final answer; what it is, we ask."""

    request_id: UUID


class DebitReversed(_Said):
    """A debit was charged back."""

    request_id: UUID
    reason: Annotated[str, StringConstraints(min_length=1, max_length=40)]


class MandateRevoked(_Said):
    """The holder took the mandate back in the wallet."""

    mandate_ref: UUID


class RefundSettled(_Said):
    """A refund is in the holder's account."""

    request_id: UUID
    amount_minor: Amount


Said = (
    PaymentReceived
    | PaymentReversed
    | DebitExecuted
    | DebitReversed
    | MandateRevoked
    | RefundSettled
)
WALLET: dict[str, type[Said]] = {
    "payment.received": PaymentReceived,
    "payment.reversed": PaymentReversed,
    "debit.executed": DebitExecuted,
    "debit.reversed": DebitReversed,
    "mandate.revoked": MandateRevoked,
    "refund.settled": RefundSettled,
}


class Envelope(BaseModel):
    """The body of Standard Webhooks: a type, when it happened, and the data."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    timestamp: datetime
    data: dict[str, Any]


def read(kind: str, body: dict[str, Any], /) -> Said | None:
    """The data of a kept event; None for a kind we do not act on.

    Raises WebhookError `webhooks.unreadable` naming the field.
    """
    model = WALLET.get(kind)
    if model is None:
        return None
    try:
        return model.model_validate(body.get("data"))
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise WebhookError("webhooks.unreadable", field=field or "data") from error
