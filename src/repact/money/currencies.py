"""How many minor units a unit of a currency has (ISO 4217), and writing an amount."""

from __future__ import annotations

# ISO 4217:2015, column "minor unit", where it is not 2.
_NONE = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI"}
_NONE |= {"VND", "VUV", "XAF", "XOF", "XPF"}
_THREE = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}

_SYMBOLS = {"CNY": "¥", "EUR": "€", "GBP": "£", "USD": "$", "AUD": "A$", "HKD": "HK$", "SGD": "S$"}


def symbol(currency: str, /) -> str:
    """What stands before an amount: ¥, €, or the code and a space."""
    return _SYMBOLS.get(currency, f"{currency} ")


def exponent(currency: str, /) -> int:
    """The number of decimals amounts of a currency are written with."""
    if currency in _NONE:
        return 0
    return 3 if currency in _THREE else 2


def written(amount_minor: int, currency: str, /) -> str:
    """1234550 CNY -> 12,345.50; the currency itself is left to the reader's language."""
    digits = exponent(currency)
    sign = "-" if amount_minor < 0 else ""
    if not digits:
        return f"{amount_minor:,}"
    units, rest = divmod(abs(amount_minor), 10**digits)
    return f"{sign}{units:,}.{rest:0{digits}d}"
