"""The calls of Fineract's REST API that a plan needs, and how they read.

Amounts travel as decimal numbers of the major unit, dates as [year, month, day]; here they are
minor units and dates. Every write carries an `Idempotency-Key`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import httpx
from django.conf import settings

from repact.server.connectors.errors import ConnectorError

_TIMEOUT = httpx.Timeout(10.0, connect=2.0)
_FORMAT = {"dateFormat": "yyyy-MM-dd", "locale": "en"}
_CENT = Decimal("0.01")
CENTS = 2  # decimal places
PPM_OF_PERCENT = 10_000


@dataclass(frozen=True, slots=True)
class Period:
    """One row of a schedule, in minor units."""

    due_date: date
    principal_minor: int
    interest_minor: int


@dataclass(frozen=True, slots=True)
class Charge:
    """A fee or penalty that stands open."""

    id: int
    is_penalty: bool
    open_minor: int


@dataclass(frozen=True, slots=True)
class Loan:
    """A loan as Fineract keeps it: what is open in all, of its schedule and of its charges."""

    id: int
    currency: str
    open_minor: int
    annual_rate_ppm: int
    open_periods: tuple[Period, ...]
    charges: tuple[Charge, ...]


def named(ref: str, /) -> Loan:
    """Read the loan that has our lender's number as its external id. Raises as `loan` does."""
    return _loan(f"external-id/{quote(ref, safe='')}")


def loan(loan_id: int, /) -> Loan:
    """Read a loan.

    Raises ConnectorError `connectors.unreachable`, `connectors.refused`, or `fineract.unreadable`
    for a currency without cents.
    """
    return _loan(str(loan_id))


def _loan(name: str) -> Loan:
    data = _call("GET", f"/loans/{name}?associations=repaymentSchedule,charges")
    if data["currency"]["decimalPlaces"] != CENTS:
        raise ConnectorError("fineract.unreadable", currency=data["currency"]["code"])
    periods = data["repaymentSchedule"]["periods"]
    return Loan(
        id=data["id"],
        currency=data["currency"]["code"],
        open_minor=minor(data["summary"]["totalOutstanding"]),
        annual_rate_ppm=int(Decimal(str(data["annualInterestRate"])) * PPM_OF_PERCENT),
        open_periods=_periods([one for one in periods if not one.get("complete")]),
        charges=tuple(
            Charge(one["id"], bool(one["penalty"]), minor(one["amountOutstanding"]))
            for one in data.get("charges", ())
            if minor(one["amountOutstanding"])
        ),
    )


def ask_reschedule(loan_id: int, body: dict[str, Any], /, *, key: str) -> int:
    """Ask for a reschedule, once for a key; nothing changes until it is approved. Its id."""
    made = _call("POST", "/rescheduleloans", {"loanId": loan_id, **body, **_FORMAT}, key=key)
    return int(made["resourceId"])


def preview(reschedule_id: int, /) -> tuple[Period, ...]:
    """The schedule a reschedule would make."""
    data = _call("GET", f"/rescheduleloans/{reschedule_id}?command=previewLoanReschedule")
    return _periods(data["periods"])


def is_approved(reschedule_id: int, /) -> bool:
    """Whether a reschedule was approved: then the loan follows it already."""
    return bool(_call("GET", f"/rescheduleloans/{reschedule_id}")["statusEnum"]["approved"])


def decide(reschedule_id: int, /, *, approve: bool, on: date, key: str) -> None:
    """Approve a reschedule, or reject it."""
    name, day = ("approve", "approvedOnDate") if approve else ("reject", "rejectedOnDate")
    body = {day: on.isoformat(), **_FORMAT}
    _call("POST", f"/rescheduleloans/{reschedule_id}?command={name}", body, key=key)


def waive_interest(loan_id: int, /, *, amount_minor: int, on: date, key: str) -> None:
    """Waive interest that is due."""
    _transaction(f"{loan_id}/transactions?command=waiveinterest", amount_minor, on, key)


def repay(loan_id: int, /, *, amount_minor: int, on: date, key: str) -> int:
    """Post a repayment, once for a key; the number of the transaction."""
    path = f"{loan_id}/transactions?command=repayment"
    return int(_transaction(path, amount_minor, on, key)["resourceId"])


def undo(loan_id: int, transaction_id: int, /, *, on: date, key: str) -> None:
    """Take a repayment back."""
    _transaction(f"{loan_id}/transactions/{transaction_id}?command=undo", 0, on, key)


def waive_charge(loan_id: int, charge_id: int, /, *, key: str) -> None:
    """Waive one fee or penalty as a whole."""
    _call("POST", f"/loans/{loan_id}/charges/{charge_id}?command=waive", {}, key=key)


def pause_interest(loan_id: int, /, *, start: date, end: date, key: str) -> None:
    """No interest from a day to a day, both included."""
    body = {"startDate": start.isoformat(), "endDate": end.isoformat(), **_FORMAT}
    _call("POST", f"/loans/{loan_id}/interest-pauses", body, key=key)


def minor(value: Any, /) -> int:
    """An amount of Fineract's in minor units of a currency with cents, exactly.

    Raises ConnectorError `fineract.unreadable`.
    """
    amount = Decimal(str(value))
    if amount != amount.quantize(_CENT):
        raise ConnectorError("fineract.unreadable", amount=str(value))
    return int(amount.scaleb(2))


def major(amount_minor: int, /) -> str:
    """Minor units as Fineract reads an amount."""
    return str(Decimal(amount_minor).scaleb(-2))


def _transaction(path: str, amount_minor: int, on: date, key: str) -> dict[str, Any]:
    body = {
        "transactionDate": on.isoformat(),
        "transactionAmount": major(amount_minor),
        **_FORMAT,
    }
    return _call("POST", f"/loans/{path}", body, key=key)


def _periods(rows: list[dict[str, Any]]) -> tuple[Period, ...]:
    """The rows that fall due; the disbursement is not one."""
    return tuple(
        Period(
            due_date=date(*row["dueDate"]),
            principal_minor=minor(row.get("principalDue", 0)),
            interest_minor=minor(row.get("interestDue", 0)),
        )
        for row in rows
        if "period" in row
    )


def _call(
    method: str, path: str, body: dict[str, Any] | None = None, *, key: str = ""
) -> dict[str, Any]:
    headers = {"Fineract-Platform-TenantId": settings.REPACT_FINERACT_TENANT}
    if key:
        headers["Idempotency-Key"] = key
    try:
        answer = httpx.request(
            method,
            f"{settings.REPACT_FINERACT_URL}{path}",
            json=body,
            headers=headers,
            auth=(settings.REPACT_FINERACT_USER, settings.REPACT_FINERACT_PASSWORD),
            timeout=_TIMEOUT,
            follow_redirects=False,
        )
    except httpx.HTTPError as error:
        raise ConnectorError("connectors.unreachable") from error
    if answer.status_code >= 500:
        raise ConnectorError("connectors.unreachable")
    if answer.status_code != 200:
        raise ConnectorError("connectors.refused", status=answer.status_code)
    return dict(json.loads(answer.text, parse_float=Decimal))
