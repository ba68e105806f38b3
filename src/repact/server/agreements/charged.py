"""Amount signed = amount charged: one hash in the document, on the page and in the ledger."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

import rfc8785

from repact.plans.certificate import row_as_json, schedule_hash
from repact.plans.consolidation import bill_hash
from repact.plans.document import Document
from repact.plans.schedule import build
from repact.server.agreements.documents.contents import Contents, read
from repact.server.agreements.errors import AgreementError
from repact.server.agreements.models import Agreement

_RECOMPUTED_MAX = 4096
# contents hash -> bill hash. Pure: the same contents always make the same schedule.
_recomputed: OrderedDict[str, str] = OrderedDict()


def assert_charged_is_signed(
    agreement: Agreement,
    /,
    *,
    charged: Mapping[int, Sequence[Mapping[str, Any]]] | None = None,
) -> None:
    """Raise AgreementError `agreements.charged_differs`, with `where`, unless all of these agree:
    the stored contents and their hash, the schedule their terms make, the schedule's hash kept
    with the agreement, and (for every person who signed) the contents hash they signed.

    `charged` is what the ledger asks for, rows by the number of the part (from 0), with any of the
    keys of a signed row (`due_date` as ISO text, `payment_minor`, ...): each must be as signed.
    Called before every posting; the schedule is worked out once for the same contents.
    """
    if hashlib.sha256(rfc8785.dumps(agreement.contents)).hexdigest() != agreement.contents_sha256:
        raise AgreementError("agreements.charged_differs", where="contents")
    contents = read(agreement.contents)
    if _bill(contents, agreement.contents_sha256) != agreement.schedule_sha256:
        raise AgreementError("agreements.charged_differs", where="schedule")
    for record in agreement.records.all():
        if record.evidence.get("contents_sha256") != agreement.contents_sha256:
            raise AgreementError("agreements.charged_differs", where="record")
    for part, rows in (charged or {}).items():
        _assert_rows(contents, part, rows)


def _assert_rows(contents: Contents, part: int, rows: Sequence[Mapping[str, Any]]) -> None:
    if not 0 <= part < len(contents.debts):
        raise AgreementError("agreements.charged_differs", where="part")
    signed = contents.debts[part].result["rows"]
    if len(rows) != len(signed) or any(
        row[key] != by_terms[key] for row, by_terms in zip(rows, signed, strict=True) for key in row
    ):
        raise AgreementError("agreements.charged_differs", where="rows")


def _bill(contents: Contents, contents_sha256: str) -> str:
    known = _recomputed.get(contents_sha256)
    if known is None:
        known = bill_hash(
            [_schedule(debt.position, debt.terms, debt.result["rows"]) for debt in contents.debts]
        )
        _recomputed[contents_sha256] = known
        while len(_recomputed) > _RECOMPUTED_MAX:
            _recomputed.popitem(last=False)
    return known


def _schedule(position: dict[str, Any], terms: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    document = Document.model_validate({"position": position, "terms": terms})
    made = build(document.position, document.terms)
    if rows != [row_as_json(row) for row in made.rows]:
        raise AgreementError("agreements.charged_differs", where="rows")
    return schedule_hash(document.position, document.terms, made)
