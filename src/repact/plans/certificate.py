"""The certificate: enough to recompute a schedule anywhere, and a hash that fixes it.

The hash is SHA-256 over RFC 8785 canonical JSON of position, terms, rows and totals.
"""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785

from repact.plans.document import Document, validate
from repact.plans.errors import PlanError
from repact.plans.position import Position
from repact.plans.schedule import Row, Schedule, build
from repact.plans.terms import Terms

VERSION = 1


def row_as_json(row: Row, /) -> dict[str, Any]:
    """A row in the form of the plan document's output."""
    return row._asdict() | {"due_date": row.due_date.isoformat()}


def hashed_part(position: Position, terms: Terms, schedule: Schedule) -> dict[str, Any]:
    """What the hash covers."""
    return {
        "position": position.model_dump(mode="json", exclude_none=True),
        "terms": terms.as_json(),
        "rows": [row_as_json(row) for row in schedule.rows],
        "totals": schedule.totals._asdict(),
    }


def schedule_hash(position: Position, terms: Terms, schedule: Schedule) -> str:
    """SHA-256 of the canonical schedule, in hexadecimal."""
    return hashlib.sha256(rfc8785.dumps(hashed_part(position, terms, schedule))).hexdigest()


def certify(position: Position, terms: Terms, schedule: Schedule) -> dict[str, Any]:
    """A small JSON object that travels with the plan; `verify` recomputes it.

    `residual_minor` is the last payment minus the one before it, 0 for a single row.
    """
    rows = schedule.rows
    residual = rows[-1].payment_minor - rows[-2].payment_minor if len(rows) > 1 else 0
    part = hashed_part(position, terms, schedule)
    return {
        "version": VERSION,
        "position": part["position"],
        "terms": part["terms"],
        "sums": part["totals"],
        "residual_minor": residual,
        "schedule_sha256": hashlib.sha256(rfc8785.dumps(part)).hexdigest(),
    }


def verify(certificate: dict[str, Any], /) -> Schedule:
    """Recompute the schedule a certificate speaks of.

    Raises PlanError `plan.certificate_differs`, naming the field, when anything is not as stated.
    """
    document = validate(
        Document, {"position": certificate.get("position"), "terms": certificate.get("terms")}
    )
    schedule = build(document.position, document.terms)
    right = certify(document.position, document.terms, schedule)
    for field in sorted({*right, *certificate}):
        if certificate.get(field) != right.get(field):
            raise PlanError("plan.certificate_differs", field=field)
    return schedule
