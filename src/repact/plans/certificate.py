"""The certificate: enough to recompute a schedule anywhere, and a hash that fixes it.

The hash is SHA-256 over RFC 8785 canonical JSON of position, terms, rows and totals.
"""

from __future__ import annotations

import hashlib
from operator import itemgetter
from typing import Any

from repact import canonical as canonical_json
from repact.plans.disclosure import disclose
from repact.plans.document import Document, validate
from repact.plans.errors import PlanError
from repact.plans.figures import Row, Schedule
from repact.plans.position import Position
from repact.plans.schedule import build
from repact.plans.terms import Terms

VERSION = 1
_ROW_FIELDS = sorted(Row._fields)
_VALUES = [f'"{name}":' + ('"%s"' if name == "due_date" else "%d") for name in _ROW_FIELDS]
_ROW = "{" + ",".join(_VALUES) + "}"  # a row in canonical form: keys in order, no blanks
_IN_ORDER = itemgetter(*(Row._fields.index(name) for name in _ROW_FIELDS))


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
    return hashlib.sha256(canonical(position, terms, schedule)).hexdigest()


def canonical(position: Position, terms: Terms, schedule: Schedule, /) -> bytes:
    """What the hash covers in the canonical form of RFC 8785.

    Rows, nearly all of it, are integers and dates under known names: they are written as they are.
    """
    rows = ",".join([_ROW % _IN_ORDER(row) for row in schedule.rows])
    return b'{"position":%s,"rows":[%s],"terms":%s,"totals":%s}' % (
        canonical_json.dumps(position.model_dump(mode="json", exclude_none=True)),
        rows.encode("ascii"),
        canonical_json.dumps(terms.as_json()),
        canonical_json.dumps(schedule.totals._asdict()),
    )


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
        "schedule_sha256": schedule_hash(position, terms, schedule),
    }


def verify(certificate: Any, /) -> Schedule:
    """Recompute the schedule a certificate speaks of.

    Raises PlanError `plan.certificate_differs`, naming the field, when anything is not as stated:
    a value, its type, a key too many or missing.
    """
    if not isinstance(certificate, dict):
        raise PlanError("plan.wrong_type", field="certificate")
    document = validate(
        Document, {name: certificate[name] for name in ("position", "terms") if name in certificate}
    )
    schedule = build(document.position, document.terms)
    _assert_same(certificate, certify(document.position, document.terms, schedule))
    return schedule


def verify_result(result: Any, /) -> Schedule:
    """The same for a certificate that comes with the rows and totals it certifies.

    This is what `repact schedule` prints; the disclosure follows from the rest and is compared too.
    """
    if not isinstance(result, dict) or "certificate" not in result:
        return verify(result)
    schedule = verify(result["certificate"])
    right = {
        "rows": [row_as_json(row) for row in schedule.rows],
        "totals": schedule.totals._asdict(),
        "disclosure": disclosed(result["certificate"], schedule),
        "certificate": result["certificate"],
    }
    _assert_same(result, right)
    return schedule


def disclosed(certificate: dict[str, Any], schedule: Schedule, /) -> dict[str, Any]:
    """The disclosure of a certified schedule."""
    document = validate(Document, {name: certificate[name] for name in ("position", "terms")})
    return disclose(document.position, document.terms, schedule)._asdict()


def _assert_same(stated: dict[str, Any], right: dict[str, Any]) -> None:
    for field in sorted({*right, *stated}):
        if field not in right or field not in stated or not _same(stated[field], right[field]):
            raise PlanError("plan.certificate_differs", field=field)


def _same(one: Any, other: Any) -> bool:
    """Equal and of the same types throughout: 1, 1.0 and true are three things."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)
