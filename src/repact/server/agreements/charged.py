"""Amount signed = amount charged: one hash in the document, on the page and in the ledger."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from repact import canonical
from repact.plans.certificate import row_as_json, schedule_hash
from repact.plans.consolidation import bill_hash
from repact.plans.document import Document
from repact.plans.figures import Schedule
from repact.plans.schedule import build
from repact.server.agreements.errors import AgreementError
from repact.server.agreements.models import Agreement

Debts = Sequence[Mapping[str, Any]]
WorkOut = Callable[[Debts], Sequence[tuple[Schedule, str]]]
_RECOMPUTED_MAX = 4096
# contents hash -> bill hash. Pure: the same contents always make the same schedule.
_recomputed: OrderedDict[str, str] = OrderedDict()


def assert_charged_is_signed(
    agreement: Agreement,
    /,
    *,
    charged: Mapping[int, Sequence[Mapping[str, Any]]] | None = None,
    agreed: Collection[str | None] | None = None,
    work_out: WorkOut | None = None,
) -> None:
    """Raise AgreementError `agreements.charged_differs`, with `where`, unless all of these agree:
    the stored contents and their hash, the schedule their terms make, the schedule's hash kept
    with the agreement, and (for every person who signed) the contents hash they signed.

    `charged` is what the ledger asks for, rows by the number of the part (from 0), with any of the
    keys of a signed row (`due_date` as ISO text, `payment_minor`, ...): each must be as signed.
    `agreed` are the contents hashes people signed, where they were read already; `work_out` makes
    the schedules, with their hashes, of contents, for who needs them too.
    Called before every posting; the schedule is worked out once for the same contents.
    """
    if not _is_hash_of(agreement.contents, agreement.contents_sha256):
        raise AgreementError("agreements.charged_differs", where="contents")
    # contents of version 1 speak of one debt, later ones list theirs
    debts = agreement.contents.get("debts") or [agreement.contents]
    if _bill(agreement, debts, work_out) != agreement.schedule_sha256:
        raise AgreementError("agreements.charged_differs", where="schedule")
    if agreed is None:
        agreed = [record.evidence.get("contents_sha256") for record in agreement.records.all()]
    if any(sha256 != agreement.contents_sha256 for sha256 in agreed):
        raise AgreementError("agreements.charged_differs", where="record")
    for part, rows in (charged or {}).items():
        _assert_rows(debts, part, rows)


def _is_hash_of(contents: Mapping[str, Any], sha256: str) -> bool:
    """Whether a hash is that of the canonical contents."""
    return hashlib.sha256(canonical.dumps(contents)).hexdigest() == sha256


def _assert_rows(debts: Debts, part: int, rows: Sequence[Mapping[str, Any]]) -> None:
    if not 0 <= part < len(debts):
        raise AgreementError("agreements.charged_differs", where="part")
    signed = debts[part]["result"]["rows"]
    if len(rows) != len(signed) or any(
        row[key] != by_terms[key] for row, by_terms in zip(rows, signed, strict=True) for key in row
    ):
        raise AgreementError("agreements.charged_differs", where="rows")


def _bill(agreement: Agreement, debts: Debts, work_out: WorkOut | None) -> str:
    known = None if work_out else _recomputed.get(agreement.contents_sha256)
    if known is None:
        made = (work_out or _work_out)(debts)
        for debt, (schedule, _) in zip(debts, made, strict=True):
            if debt["result"]["rows"] != [row_as_json(row) for row in schedule.rows]:
                raise AgreementError("agreements.charged_differs", where="rows")
        known = _recomputed[agreement.contents_sha256] = bill_hash([sha256 for _, sha256 in made])
        while len(_recomputed) > _RECOMPUTED_MAX:
            _recomputed.popitem(last=False)
    return known


def _work_out(debts: Debts) -> list[tuple[Schedule, str]]:
    made = []
    for debt in debts:
        document = Document.model_validate({"position": debt["position"], "terms": debt["terms"]})
        schedule = build(document.position, document.terms)
        made.append((schedule, schedule_hash(document.position, document.terms, schedule)))
    return made
