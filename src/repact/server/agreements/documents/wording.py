"""The words of a document, by language, and how amounts, rates and names are written.

Numbers in sentences come from the contents and the engine, never from the catalogue.
"""

from __future__ import annotations

import functools
import json
from importlib import resources

from repact.money.currencies import symbol, written
from repact.server.agreements.documents.contents import Contents, Debt, Language

_MINUS = "\N{MINUS SIGN}"


@functools.cache
def catalogue(language: Language, /) -> dict[str, str]:
    """The sentences of one language."""
    file = resources.files(__package__) / "catalogue" / f"{language}.json"
    return dict(json.loads(file.read_text(encoding="utf-8")))


def money(amount_minor: int, /, *, currency: str = "CNY") -> str:
    """1234550 -> 12,345.50; without the currency, for columns that name it above."""
    return written(amount_minor, currency).replace("-", _MINUS)


def amount(amount_minor: int, /, *, currency: str) -> str:
    """1234550 CNY -> ¥12,345.50; a currency without a sign of its own is named."""
    return symbol(currency) + money(amount_minor, currency=currency)


def percent(rate_ppm: int, /) -> str:
    """90000 -> 9.00%."""
    whole, hundredths = divmod((rate_ppm + 50) // 100, 100)
    return f"{whole}.{hundredths:02d}%"


def currency_name(currency: str, language: Language, /) -> str:
    """What the columns of a schedule are counted in."""
    return catalogue(language).get(f"currency.{currency}", currency)


def lender(contents: Contents, language: Language, /) -> str:
    """The lender's name in a language."""
    return contents.lender.name_en if language == "en" else contents.lender.name_zh


def product(debt: Debt, language: Language, /) -> str:
    """A debt's product in a language."""
    return debt.product_en if language == "en" else debt.product_zh
