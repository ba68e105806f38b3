"""The currency a page speaks in, while it is made: what writes and what reads amounts asks here."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar, Token

from repact.money.currencies import exponent

USUAL = "CNY"
_page: ContextVar[Callable[[], str]] = ContextVar("currency", default=lambda: USUAL)


def speak(found: Callable[[], str], /) -> Token[Callable[[], str]]:
    """From here on the page speaks in what this finds, looked up where an amount is shown."""
    return _page.set(found)


def stop(token: Token[Callable[[], str]], /) -> None:
    """Speak again as before `speak`."""
    _page.reset(token)


def currency() -> str:
    """The code of the page's currency."""
    return _page.get()()


def digits() -> int:
    """The decimals an amount of it is written with: 2 for CNY, 0 for JPY, 3 for KWD."""
    return exponent(currency())
