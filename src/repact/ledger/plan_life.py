"""What happens to a plan after it was sealed, as balanced entries.

The plan's receivables always equal what its rows still ask for; what an event changed in them, and
no money moved for, is interest to come: it stands against unearned interest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from repact.ledger import chart
from repact.ledger.entry import Entry, lines


class Change(NamedTuple):
    """What an event changed, signed, in minor units.

    `cash_minor` came in; `open_minor` by component is how much more the rows ask for than before;
    `late_minor` is late interest paid, `credit_minor` the borrower's money that nothing claims.
    Of what was waived, `vested_minor` was earned, `unearned_minor` came back before it was, and
    `returned_minor` came back although it had been an expense already.
    """

    cash_minor: int = 0
    open_minor: Mapping[str, int] = {}
    late_minor: int = 0
    credit_minor: int = 0
    returned_minor: int = 0
    vested_minor: int = 0
    unearned_minor: int = 0

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to post."""
        return not (any(self[:1] + self[2:]) or any(self.open_minor.values()))


def plan_changed(
    *,
    template: str,
    on: date,
    currency: str,
    change: Change,
    cash_account: str = chart.WALLET_CLEARING,
) -> Entry:
    """One event of a plan's life. Raises LedgerError `ledger.too_few_lines` when it is nothing."""
    return _changed(template, on, currency, change, [(cash_account, change.cash_minor)])


def plan_resumed(
    *, on: date, currency: str, change: Change, paid_minor: Mapping[str, int]
) -> Entry:
    """A plan goes on because the one in its place was taken back: what was paid meanwhile is its.

    `paid_minor` is what these payments had taken off the contract, by component, in place of the
    cash of `change`.
    """
    came = [(chart.RECEIVABLE[name], amount) for name, amount in paid_minor.items()]
    return _changed("plan_resumed", on, currency, change, came)


def moved_payment_reversed(
    *, on: date, currency: str, amount_minor: int, owed_minor: Mapping[str, int], cash_account: str
) -> Entry:
    """A payment of a plan that was taken back is itself taken back.

    `owed_minor` is what of it is owed again, by the account that carries it: for an older plan,
    whose own entry undoes that, or for the contract. The rest had been credit.
    """
    back = list(owed_minor.items())
    return Entry(
        "payment_reversed",
        on,
        currency,
        lines(
            [
                (cash_account, -amount_minor),
                *back,
                (chart.BORROWER_CREDIT, amount_minor - sum(owed_minor.values())),
            ]
        ),
    )


def _changed(
    template: str, on: date, currency: str, change: Change, came: Sequence[tuple[str, int]]
) -> Entry:
    """What a change did, with the accounts its money came from."""
    receivables = [
        (chart.PLAN_RECEIVABLE[name], amount) for name, amount in change.open_minor.items()
    ]
    to_come = (
        sum(amount for _, amount in came)
        + sum(change.open_minor.values())
        - change.late_minor
        - change.credit_minor
        - change.returned_minor
        - change.unearned_minor
    )
    return Entry(
        template,
        on,
        currency,
        lines(
            [
                *came,
                *receivables,
                (chart.LATE_INCOME, -change.late_minor),
                (chart.BORROWER_CREDIT, -change.credit_minor),
                (chart.WAIVERS, change.vested_minor - change.returned_minor),
                (chart.WAIVERS_TO_EARN, -change.vested_minor - change.unearned_minor),
                (chart.UNEARNED_INTEREST, -to_come),
            ]
        ),
    )


def interest_earned(*, on: date, currency: str, amount_minor: int) -> Entry:
    """A period is over: what it earned is income."""
    return Entry(
        "interest_earned",
        on,
        currency,
        lines([(chart.UNEARNED_INTEREST, amount_minor), (chart.INTEREST_INCOME, -amount_minor)]),
    )


def plan_ended(
    *,
    template: str,
    on: date,
    currency: str,
    open_minor: Mapping[str, int],
    owed_minor: Mapping[str, int],
    late_minor: int = 0,
    waived_back_minor: int = 0,
    pending_minor: int = 0,
) -> Entry:
    """A plan gives way: its receivables leave, what is owed that day is owed by contract again.

    `late_minor` is what being late had cost, which becomes penalty; `waived_back_minor` what was
    waived and is owed again (a withdrawal), `pending_minor` what waited to be earned and no longer
    does.
    """
    back = [(chart.RECEIVABLE[name], amount) for name, amount in owed_minor.items()]
    gone = [(chart.PLAN_RECEIVABLE[name], -amount) for name, amount in open_minor.items()]
    to_come = (
        sum(owed_minor.values())
        - sum(open_minor.values())
        - late_minor
        - waived_back_minor
        - pending_minor
    )
    return Entry(
        template,
        on,
        currency,
        lines(
            [
                *back,
                *gone,
                (chart.LATE_INCOME, -late_minor),
                (chart.WAIVERS, -waived_back_minor),
                (chart.WAIVERS_TO_EARN, -pending_minor),
                (chart.UNEARNED_INTEREST, -to_come),
            ]
        ),
    )


def suspense_received(
    *, on: date, currency: str, amount_minor: int, cash_account: str = chart.WALLET_CLEARING
) -> Entry:
    """Money arrived that cannot be placed yet: it is kept, and owed to whoever sent it."""
    return Entry(
        "suspense_received",
        on,
        currency,
        lines([(cash_account, amount_minor), (chart.SUSPENSE, -amount_minor)]),
    )


def suspense_returned(
    *, on: date, currency: str, amount_minor: int, cash_account: str = chart.WALLET_CLEARING
) -> Entry:
    """What could not be placed goes back to where it came from."""
    return Entry(
        "suspense_returned",
        on,
        currency,
        lines([(chart.SUSPENSE, amount_minor), (cash_account, -amount_minor)]),
    )


def credit_refunded(
    *, on: date, currency: str, amount_minor: int, cash_account: str = chart.WALLET_CLEARING
) -> Entry:
    """The borrower's credit is paid out."""
    return Entry(
        "credit_refunded",
        on,
        currency,
        lines([(chart.BORROWER_CREDIT, amount_minor), (cash_account, -amount_minor)]),
    )
