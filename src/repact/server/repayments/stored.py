"""What the tables keep of plans: read in one call to the database, written in one.

A payment or a day touches a handful of rows of several tables. One function of the database reads
them (`repayments_kept`), another writes them (`repayments_write`), so that a posting costs a few
round trips, not one for each table. Nothing is worked out here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import orjson
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model
from django.db.models.base import ModelState

from repact.server.agreements.models import Agreement
from repact.server.repayments.models import Part, Payment, Plan

M = TypeVar("M", bound=Model)

_COLUMNS = (  # of `repayments_kept`
    *("agreement_id", "lender_id", "case_id", "offer_id", "borrower_id", "reference", "state"),
    *("contents", "contents_sha256", "schedule_sha256", "sealed_at", "zone", "payment_id"),
    *("plan_id", "currency", "standing", "due_date", "acted_until", "next_action_date"),
    *("open_minor", "credit_minor", "events_count", "stopped", "disputed_at"),
    *("mandate_revoked_at", "rests", "agreed", "parts", "items", "events"),
)
_AS_JSON = {"rests", "agreed", "parts", "items", "events"}
_AS_READ = [f"{name}::text" if name in _AS_JSON else name for name in _COLUMNS]
_READ = f"SELECT {', '.join(_AS_READ)} FROM repayments_kept(%s::uuid[], %s, %s)"  # noqa: S608
_EARN = """
WITH held AS (
    SELECT id FROM repayments_due_item
        WHERE id = ANY (%s::uuid[]) AND NOT is_earned AND due_date <= %s ORDER BY id FOR UPDATE
)
UPDATE repayments_due_item i SET is_earned = true FROM held, repayments_plan p
    WHERE i.id = held.id AND p.agreement_id = i.agreement_id
    RETURNING i.id, i.agreement_id, i.due_date, i.charge_minor, p.currency
"""
_WRITE = "SELECT repayments_write(%s, %s::jsonb)"
_AGREEMENT = (
    *("id", "lender_id", "case_id", "offer_id", "borrower_id", "reference", "state"),
    *("contents_sha256", "schedule_sha256", "sealed_at"),
)
_PLAN = (
    *("id", "standing", "due_date", "acted_until", "next_action_date", "open_minor"),
    *("credit_minor", "events_count", "stopped", "disputed_at", "mandate_revoked_at", "rests"),
)
_PART = (
    *("number", "id", "loan_id", "schedule_sha256", "standing", "prepaid_minor"),
    *("returned_minor", "credit_minor", "vested_minor"),
)
_WHOSE = ("lender_id", "agreement_id")
_READ_OF: dict[type[Model], tuple[str, ...]] = {
    Agreement: _AGREEMENT,
    Plan: (*_PLAN, *_WHOSE, "currency"),
    Part: (*_PART, *_WHOSE),
}
_PAYMENT = (
    *("id", "agreement_id", "source", "amount_minor", "currency", "value_date"),
    *("received_at", "allocation", "payer", "payer_account", "cash_account"),
)


class Item(NamedTuple):
    """One row of a plan as the tables have it: amounts in minor units, the day as ISO text."""

    id: str
    due_date: str
    principal_minor: int
    interest_minor: int
    penalty_minor: int
    fees_minor: int
    paid_principal_minor: int
    paid_interest_minor: int
    paid_penalty_minor: int
    paid_fees_minor: int
    paid_late_minor: int
    charge_minor: int
    state: str

    @property
    def paid(self) -> tuple[int, ...]:
        """What was paid of it: the components, then what being late cost."""
        return self[6:11]


Items = dict[int, dict[int, Item]]


class Earned(NamedTuple):
    """A row whose period is over, and what it earned."""

    id: UUID
    agreement_id: UUID
    due_date: date
    charge_minor: int
    currency: str


class Said(NamedTuple):
    """What the parties said, as stored: `agreed` are the hashes they signed, `digest` a SHA-256
    over all of it."""

    text: str
    agreed: tuple[str | None, ...]
    digest: bytes


class Kept(NamedTuple):
    """Everything the tables keep of one plan. `payment_id` is what a source brought already."""

    agreement: Agreement
    said: Said
    zone: str
    payment_id: UUID | None
    plan: Plan | None
    parts: dict[int, Part]
    items: Items
    events: list[tuple[int, object]]

    @property
    def loan_ids(self) -> list[UUID]:
        """The loans its parts came from."""
        return [part.loan_id for part in self.parts.values()]


@dataclass(slots=True)
class Writing:
    """Rows to write after something happened to plans: `events` as the columns of a PlanEvent."""

    events: list[dict[str, object]] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)

    def add(self, other: Writing, /) -> None:
        """Write the other's rows with these."""
        self.events += other.events
        self.items += other.items
        self.parts += other.parts
        self.plans += other.plans
        self.payments += other.payments


def one(agreement_id: UUID, /, *, source: str = "") -> Kept | None:
    """One plan, locked until the transaction ends, with what `source` has brought before."""
    return next(iter(many([agreement_id], locked=True, source=source)), None)


def many(agreement_ids: Iterable[UUID], /, *, locked: bool, source: str = "") -> list[Kept]:
    """Many plans, in no order; `locked` holds them, first id first, until the transaction ends."""
    with connection.cursor() as cursor:
        wanted = ",".join(map(str, agreement_ids))
        cursor.execute(_READ, [f"{{{wanted}}}", locked, source])
        return [_kept(dict(zip(_COLUMNS, row, strict=True))) for row in cursor.fetchall()]


def write(rows: Writing, /, *, lender_id: UUID) -> None:
    """Write rows in one call; the database judges them as it judges any others."""
    said = {
        "events": rows.events,
        "items": [row._asdict() for row in rows.items],
        "parts": [_fields(row, _PART) for row in rows.parts],
        "plans": [_fields(row, _PLAN) for row in rows.plans],
        "payments": [_fields(row, _PAYMENT) for row in rows.payments],
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [lender_id, orjson.dumps(said).decode()])


def mark_earned(item_ids: Iterable[UUID], /, *, on: date) -> list[Earned]:
    """Mark rows whose period is over by a day and whose interest is not income yet, and say which
    they are. They are locked in the order of their ids."""
    with connection.cursor() as cursor:
        cursor.execute(_EARN, [list(item_ids), on])
        return [Earned(*row) for row in cursor.fetchall()]


def _kept(row: dict[str, Any]) -> Kept:
    row |= {name: orjson.loads(row[name]) for name in _AS_JSON if row[name] is not None}
    whose = {"lender_id": row["lender_id"], "agreement_id": row["agreement_id"]}
    parts = {
        number: _row(
            Part,
            dict(zip(_PART, (number, UUID(own), UUID(loan), *rest), strict=True)) | whose,
        )
        for number, own, loan, *rest in row["parts"] or ()
    }
    items: Items = {number: {} for number in parts}
    for part, number, *values in row["items"] or ():
        items.setdefault(part, {})[number] = Item(*values)
    return Kept(
        agreement=_row(Agreement, row | {"id": row["agreement_id"]}),
        said=_said(row),
        zone=row["zone"],
        payment_id=row["payment_id"],
        plan=_row(Plan, row | {"id": row["plan_id"]}) if row["plan_id"] else None,
        parts=parts,
        items=items,
        events=[(part, body) for part, body in row["events"] or ()],
    )


def _said(row: Mapping[str, Any]) -> Said:
    agreed = tuple(row["agreed"] or ())
    whole = (row["contents"], row["contents_sha256"], row["schedule_sha256"], *map(str, agreed))
    return Said(row["contents"], agreed, hashlib.sha256("\n".join(whole).encode()).digest())


def _row(model: type[M], values: Mapping[str, Any], /) -> M:
    """A row as Django reads one; fields that were not read are read when they are asked for.

    It is put together as `from_db` does it, less the signals for which nobody listens here: that
    took three times as long.
    """
    made, state = model.__new__(model), ModelState()
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    made.__dict__["_state"] = state
    made.__dict__.update((name, values[name]) for name in _READ_OF[model])
    return made


def _fields(row: Model, names: Sequence[str]) -> dict[str, object]:
    return {name: getattr(row, name) for name in names}
