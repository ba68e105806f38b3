"""Business events as balanced entries. Every function here is one journal template."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from repact.ledger import chart
from repact.ledger.entry import Entry, lines


def book_imported(
    *, on: date, currency: str, owed_minor: Mapping[str, int], is_line: bool = False
) -> Entry:
    """The lender's book comes in: receivables by component against the opening account.

    `is_line`: they are balances of cards or lines, whose principal has an account of its own.
    """
    debits = [
        (chart.receivable(name, is_line=is_line), amount) for name, amount in owed_minor.items()
    ]
    return Entry(
        "book_imported",
        on,
        currency,
        lines([*debits, (chart.OPENING, -sum(owed_minor.values()))]),
    )


def interest_recognized(*, on: date, currency: str, accrued_minor: Mapping[str, int]) -> Entry:
    """Interest and penalty accrued since the last position, recognized before a plan starts."""
    debits = [(chart.RECEIVABLE[name], amount) for name, amount in accrued_minor.items()]
    income = -sum(accrued_minor.values())
    return Entry(
        "interest_recognized", on, currency, lines([*debits, (chart.INTEREST_INCOME, income)])
    )


def agreement_sealed(
    *,
    on: date,
    currency: str,
    owed_minor: Mapping[str, int],
    planned_minor: Mapping[str, int],
    waived_minor: int,
    pending_minor: int = 0,
) -> Entry:
    """A plan replaces a contract: what was owed leaves, what the schedule asks for comes.

    The plan's receivables equal the signed schedule from the first day; interest of time to come
    stands against unearned interest until it is earned. `waived_minor` is all that is waived: an
    expense at once, except `pending_minor` of it, which waits until the borrower has earned it.
    """
    relieved = [(chart.RECEIVABLE[name], -amount) for name, amount in owed_minor.items()]
    debits = [(chart.PLAN_RECEIVABLE[name], amount) for name, amount in planned_minor.items()]
    to_come = sum(planned_minor.values()) + waived_minor - sum(owed_minor.values())
    return Entry(
        "agreement_sealed",
        on,
        currency,
        lines(
            [
                *relieved,
                *debits,
                (chart.WAIVERS, waived_minor - pending_minor),
                (chart.WAIVERS_TO_EARN, pending_minor),
                (chart.UNEARNED_INTEREST, -to_come),
            ]
        ),
    )


def payment_received(
    *,
    on: date,
    currency: str,
    applied_minor: Mapping[str, int],
    late_minor: int = 0,
    excess_minor: int = 0,
    cash_account: str = chart.WALLET_CLEARING,
) -> Entry:
    """Money arrives: receivables fall, late interest is earned, what is too much is owed back."""
    relieved = [(chart.PLAN_RECEIVABLE[name], -amount) for name, amount in applied_minor.items()]
    total = sum(applied_minor.values()) + late_minor + excess_minor
    return Entry(
        "payment_received",
        on,
        currency,
        lines(
            [
                (cash_account, total),
                *relieved,
                (chart.LATE_INCOME, -late_minor),
                (chart.BORROWER_CREDIT, -excess_minor),
            ]
        ),
    )


def contract_payment_received(
    *,
    on: date,
    currency: str,
    applied_minor: Mapping[str, int],
    is_line: bool = False,
    cash_account: str = chart.WALLET_CLEARING,
) -> Entry:
    """Money arrives for a debt that has no plan: the contract's receivables fall."""
    relieved = [
        (chart.receivable(name, is_line=is_line), -amount) for name, amount in applied_minor.items()
    ]
    total = sum(applied_minor.values())
    return Entry(
        "contract_payment_received", on, currency, lines([(cash_account, total), *relieved])
    )


def contract_payment_reversed(
    *,
    on: date,
    currency: str,
    amount_minor: int,
    owed_minor: Mapping[str, int],
    cash_account: str = chart.WALLET_CLEARING,
) -> Entry:
    """A payment for a debt without a plan is taken back, as if it had never arrived.

    `owed_minor` is what more the books carry for it, account by account; where that is more than
    the money or less, it is interest that accrues otherwise without the payment.
    """
    back = list(owed_minor.items())
    accrued = sum(owed_minor.values()) - amount_minor
    return Entry(
        "contract_payment_reversed",
        on,
        currency,
        lines([(cash_account, -amount_minor), *back, (chart.INTEREST_INCOME, -accrued)]),
    )


def beside_paid(*, on: date, currency: str, amount_minor: int) -> Entry:
    """Money in suspense pays what is owed beside any plan."""
    return Entry(
        "beside_paid",
        on,
        currency,
        lines([(chart.SUSPENSE, amount_minor), (chart.BORROWER_CREDIT, -amount_minor)]),
    )


def line_converted(*, on: date, currency: str, amount_minor: int) -> Entry:
    """What was drawn on a card or a line becomes the principal of a loan; the line is closed."""
    return Entry(
        "line_converted",
        on,
        currency,
        lines([(chart.PRINCIPAL, amount_minor), (chart.LINE, -amount_minor)]),
    )
