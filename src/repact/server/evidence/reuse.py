"""The same paper in two cases: found when it arrives, shown to the agent, judged by a person."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from repact.server.evidence.models import EvidenceFile, Reuse
from repact.server.people import vault

ALIKE_BITS = 6  # of 64: what scaling and compressing again change at most


def fingerprint(content: bytes, /) -> bytes:
    """A keyed hash of a file's content."""
    return vault.blind_index(f"evidence:{content.hex()}")


def signed(perceptual: int | None, /) -> int | None:
    """64 unsigned bits as the signed number PostgreSQL stores."""
    if perceptual is None or perceptual < 1 << 63:
        return perceptual
    return perceptual - (1 << 64)


def lock(file: EvidenceFile, /) -> None:
    """Let one file of a lender arrive at a time, so that two at once see each other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('evidence'), hashtext(%s))",
            [str(file.lender_id)],
        )


def note(file: EvidenceFile, /, *, now: datetime) -> list[Reuse]:
    """Note every file of another case that is the same or looks alike. Part of an action."""
    others = EvidenceFile.objects.exclude(case_id=file.case_id).exclude(state="withdrawn")
    same = list(others.filter(fingerprint=file.fingerprint).select_related("case"))
    alike = [] if file.perceptual is None else _alike(file)
    found = {other.id: (other, "alike") for other in alike}
    found |= {other.id: (other, "same") for other in same}
    return [
        Reuse.objects.create(
            lender_id=file.lender_id,
            file=file,
            other=other,
            kind=kind,
            same_borrower=other.case.borrower_id == file.case.borrower_id,
            noted_at=now,
        )
        for other, kind in found.values()
    ]


def _alike(file: EvidenceFile) -> list[EvidenceFile]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM evidence_file WHERE lender_id = %s AND case_id <> %s"
            " AND perceptual IS NOT NULL AND state <> 'withdrawn'"
            " AND bit_count((perceptual # %s)::bit(64)) <= %s",
            [file.lender_id, file.case_id, file.perceptual, ALIKE_BITS],
        )
        ids = [row[0] for row in cursor.fetchall()]
    return list(EvidenceFile.objects.filter(id__in=ids).select_related("case"))
