"""A promise to pay: an amount by a day, without any change of terms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from repact.plans.fields import IsoDate, PositiveAmount, Strict
from repact.plans.instruments.change import instrument
from repact.plans.servicing.events import Event, Payment, Reversal

Outcome = Literal["open", "kept", "broken"]


class Promise(Strict):
    """So much by a day, said on another."""

    said_on: IsoDate
    by: IsoDate
    amount_minor: PositiveAmount


@instrument(2, zh="承诺还款", en="Promise to pay")
def outcome(promise: Promise, events: Sequence[Event], as_of: date, /) -> Outcome:
    """The borrower says what will be paid and when; the terms stay as they are.

    借款人说明何时还多少，合同条款不变。

    Formula: kept when the payments from the day it was said up to its day reach the amount.
    Source: collection practice; no forbearance, since nothing is given up.
    Hear: You said it, we noted it, and we leave you in peace until then.
    听到: 你说好的我们记下了，在那之前不会再打扰你。
    """
    gone = {event.of for event in events if isinstance(event, Reversal) and event.on <= as_of}
    paid = sum(
        event.amount_minor
        for event in events
        if isinstance(event, Payment)
        and event.id not in gone
        and promise.said_on <= event.on <= min(promise.by, as_of)
    )
    if paid >= promise.amount_minor:
        return "kept"
    return "open" if as_of <= promise.by else "broken"
