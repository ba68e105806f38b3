"""`repact verify`: is this certificate what its terms make; is this PDF what was signed?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from repact.cli import printing, reading
from repact.errors import RepactError
from repact.plans.certificate import verify_result
from repact.plans.document import read_json

BROKEN = 4
_PDF = b"%PDF-"


def verify(
    file: Annotated[
        str,
        typer.Argument(
            help="A certificate, what repact schedule printed, or a signed PDF; - for standard"
            " input (not for a PDF)."
        ),
    ],
    trust: Annotated[
        list[Path] | None,
        typer.Option(help="PDF: a root certificate you trust (PEM or DER); may be repeated."),
    ] = None,
    revoked: Annotated[
        list[Path] | None, typer.Option(help="PDF: a list of revoked certificates (DER).")
    ] = None,
    sha256: Annotated[
        str | None, typer.Option(help="PDF: the hash of the whole file as it was sealed.")
    ] = None,
) -> None:
    """Recompute a certificate, or check a signed PDF; what is not as stated is named.

    A PDF: signatures, timestamps, every revision, the figures of the text against the attached
    terms, and the schedule. Without --trust this server's own authority is trusted, where there is
    one; else the authorities the file brings along are named, and that is not enough.
    """
    if file != "-" and reading.starts_with(file, _PDF):
        _verify_pdf(reading.pdf(file), trust or [], revoked or [], sha256)
        return
    result = read_json(reading.whole(file))
    schedule = verify_result(result)
    certificate = result.get("certificate", result)
    printing.json_object(
        {
            "verified": True,
            "schedule_sha256": certificate["schedule_sha256"],
            "rows": len(schedule.rows),
            "payment_minor": schedule.totals.payment_minor,
        }
    )


def _verify_pdf(pdf: bytes, trust: list[Path], revoked: list[Path], sha256: str | None) -> None:
    from repact.server.agreements.signing import verification  # noqa: PLC0415 - heavy; PDFs alone
    from repact.server.clock import ports  # noqa: PLC0415 - likewise

    trust = trust or _own_roots()
    roots = _certificates(trust) if trust else verification.embedded_roots(pdf)
    found = verification.verify(
        pdf, roots=roots, at=ports.now(), revocations=_lists(revoked), sha256=sha256
    )
    intact = found.is_good
    if not trust:
        found.problems.append("agreements.authority_not_trusted")
    said: dict[str, Any] = {
        "verified": found.is_good,
        "intact": intact,
        "problems": found.problems,
        "sha256": found.sha256,
        "authorities": [
            {"name": root.subject.human_friendly, "sha256": root.sha256.hex()} for root in roots
        ],
        "signatures": [
            {"field": each.field, "name": each.name, "at": each.at.isoformat()}
            for each in found.signatures
        ],
    }
    if found.contents:
        said |= {
            "reference": found.contents.reference,
            "schedule_sha256": found.contents.schedule_sha256,
            "rows": len(found.contents.rows),
            "payment_minor": found.contents.total_minor,
        }
    printing.json_object(said)
    if not found.is_good:
        raise typer.Exit(BROKEN)


def _own_roots() -> list[Path]:
    """The root of the authority that this server keeps under `var/`, if there is one."""
    own = Path(os.environ.get("REPACT_VAR", "var")) / "authority" / "root.crt"
    return [own] if own.exists() else []


def _certificates(paths: list[Path]) -> list[Any]:
    from pyhanko.keys import load_certs_from_pemder  # noqa: PLC0415 - heavy; PDFs alone

    try:
        return list(load_certs_from_pemder([str(path) for path in paths]))
    except (OSError, ValueError) as error:
        raise RepactError("cli.unreadable_file", field="trust") from error


def _lists(paths: list[Path]) -> list[Any]:
    from asn1crypto import crl  # noqa: PLC0415 - likewise

    try:
        return [crl.CertificateList.load(path.read_bytes(), strict=True) for path in paths]
    except (OSError, ValueError) as error:
        raise RepactError("cli.unreadable_file", field="revoked") from error
