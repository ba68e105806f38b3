"""An amount with its currency."""

from __future__ import annotations

from dataclasses import dataclass

from repact.errors import RepactError


class MoneyError(RepactError):
    """Two amounts that cannot meet."""


@dataclass(frozen=True, slots=True)
class Money:
    """Integer minor units of one currency (ISO 4217). It equals no bare number."""

    amount_minor: int
    currency: str

    def __add__(self, other: Money) -> Money:
        return Money(self.amount_minor + self._same(other).amount_minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount_minor - self._same(other).amount_minor, self.currency)

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise MoneyError("money.currency_mismatch", ours=self.currency, theirs=other.currency)
        return other
