"""What becomes of a debt's value: changed by a plan, written off, recovered, sold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from repact.ledger import chart
from repact.ledger.entry import Entry, lines


def modification_recognized(*, on: date, currency: str, gain_minor: int) -> Entry:
    """A plan changes what the debt is worth at its original rate; a loss is negative.

    The receivables stay what was signed: the difference stands beside them until it is unwound.
    Source: IFRS 9 5.4.3.
    """
    account = chart.MODIFICATION_GAINS if gain_minor > 0 else chart.MODIFICATION_LOSSES
    return Entry(
        "modification_recognized",
        on,
        currency,
        lines([(chart.MODIFICATION, gain_minor), (account, -gain_minor)]),
    )


def modification_reversed(*, on: date, currency: str, gain_minor: int) -> Entry:
    """A plan was taken back: what it changed of the debt's worth never was. `gain_minor` is what
    was recognized."""
    recognized = modification_recognized(on=on, currency=currency, gain_minor=gain_minor)
    undone = [(line.account, -line.amount_minor) for line in recognized.lines]
    return Entry("modification_reversed", on, currency, lines(undone))


def modification_unwound(*, on: date, currency: str, amount_minor: int) -> Entry:
    """A plan is over: the debt has earned at its original rate what the plan did not ask for.

    Negative where the plan asked for more.
    """
    return Entry(
        "modification_unwound",
        on,
        currency,
        lines([(chart.MODIFICATION, amount_minor), (chart.INTEREST_INCOME, -amount_minor)]),
    )


def written_off(*, on: date, currency: str, carried_minor: Mapping[str, int]) -> Entry:
    """The lender gives up counting on a debt; the claim survives, and what is paid is a recovery.

    `carried_minor` is what the books carry of it, account by account. Source: IFRS 9 5.4.4.
    """
    gone = [(account, -amount) for account, amount in carried_minor.items()]
    return Entry(
        "written_off",
        on,
        currency,
        lines([*gone, (chart.WRITTEN_OFF, sum(carried_minor.values()))]),
    )


def recovered(
    *,
    on: date,
    currency: str,
    amount_minor: int,
    credit_minor: int = 0,
    cash_account: str = chart.WALLET_CLEARING,
    came_minor: Mapping[str, int] | None = None,
) -> Entry:
    """Money arrives for a debt that was written off: it is income, but for what nothing claims.

    Negative when it is taken back. `credit_minor` of it stays the borrower's. `came_minor` are the
    accounts it stands in already, in place of cash, where it came while the debt was counted on.
    """
    came = [(cash_account, amount_minor)] if came_minor is None else list(came_minor.items())
    return Entry(
        "recovered",
        on,
        currency,
        lines(
            [
                *came,
                (chart.BORROWER_CREDIT, -credit_minor),
                (chart.RECOVERIES, credit_minor - amount_minor),
            ]
        ),
    )


def debt_sold(
    *, on: date, currency: str, carried_minor: Mapping[str, int], price_minor: int
) -> Entry:
    """A debt is sold, and its price is there: what the books carried leaves, the rest is result."""
    gone = [(account, -amount) for account, amount in carried_minor.items()]
    return Entry(
        "debt_sold",
        on,
        currency,
        lines(
            [
                (chart.BANK_CLEARING, price_minor),
                *gone,
                (chart.DEBT_SALES, sum(carried_minor.values()) - price_minor),
            ]
        ),
    )


def bank_charged(*, on: date, currency: str, amount_minor: int) -> Entry:
    """The bank keeps a fee, of a charge-back for example; the borrower does not pay it."""
    return Entry(
        "bank_charged",
        on,
        currency,
        lines([(chart.BANK_CHARGES, amount_minor), (chart.BANK_CLEARING, -amount_minor)]),
    )


def clearing_settled(
    *, on: date, currency: str, amount_minor: int, from_account: str = chart.BANK_CLEARING
) -> Entry:
    """The wallet's program pays out what it collected for us; negative when it takes back.

    `from_account` is where it came in: the bank, or suspense when it was not known for what it is.
    """
    return Entry(
        "clearing_settled",
        on,
        currency,
        lines([(from_account, amount_minor), (chart.WALLET_CLEARING, -amount_minor)]),
    )
