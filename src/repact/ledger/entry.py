"""A journal entry: balanced when it is made, or not made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from repact.errors import RepactError
from repact.ledger import chart


class LedgerError(RepactError):
    """An entry that must never be."""


@dataclass(frozen=True, slots=True)
class Line:
    """One side of an entry: debit positive, credit negative, in minor units."""

    account: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What a business event does to the books on a day, in one currency.

    Raises LedgerError `ledger.unknown_account`, `ledger.empty_line`, `ledger.too_few_lines` or
    `ledger.unbalanced`.
    """

    template: str
    happened_on: date
    currency: str
    lines: tuple[Line, ...]

    def __post_init__(self) -> None:
        if len(self.lines) < 2:
            raise LedgerError("ledger.too_few_lines", template=self.template)
        for line in self.lines:
            if line.account not in chart.accounts():
                raise LedgerError("ledger.unknown_account", account=line.account)
            if line.amount_minor == 0:
                raise LedgerError("ledger.empty_line", account=line.account)
        if total := sum(line.amount_minor for line in self.lines):
            raise LedgerError("ledger.unbalanced", template=self.template, by_minor=total)

    def reversal(self, *, happened_on: date) -> Entry:
        """The entry that undoes this one."""
        lines = tuple(Line(line.account, -line.amount_minor) for line in self.lines)
        return Entry(f"{self.template}.reversed", happened_on, self.currency, lines)


def lines(pairs: Sequence[tuple[str, int]], /) -> tuple[Line, ...]:
    """Lines from (account, amount) pairs; zero amounts say nothing and are left out."""
    return tuple(Line(account, amount) for account, amount in pairs if amount)
