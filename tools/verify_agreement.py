#!/usr/bin/env python3
"""Verify a signed agreement without Repact: for a court, a helper, or anybody in ten years.

    pip install pyhanko pypdf
    python verify_agreement.py agreement.pdf --trust root.pem [--sha256 HEX]

Reads nothing but the file and the roots, asks no network. Checks: every signature and timestamp,
that each revision added its signature and nothing else, that the last one covers the whole file,
and that the attached terms add up and are those the text shows. Exit 0 good, 2 unreadable, 4 not.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import io
import json
import logging
import re
import sys
from pathlib import Path

from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader

ATTACHMENT = "agreement.json"
ALLOWED = (ModificationLevel.NONE, ModificationLevel.FORM_FILLING)
PARTS = ("principal_minor", "interest_minor", "penalty_minor", "fees_minor")
GOOD, UNREADABLE, BAD = 0, 2, 4


def signatures(pdf: bytes, roots: list, now: dt.datetime) -> list[str]:
    """Problems of the signatures; says on the way who signed and when."""

    def trusting(moment: dt.datetime) -> ValidationContext:
        return ValidationContext(
            trust_roots=roots, moment=moment, allow_fetching=False, revocation_mode="soft-fail"
        )

    problems: list[str] = []
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    found = list(reader.embedded_signatures)
    if len(found) < 2 or reader.xrefs.total_revisions != 2 + len(found):
        problems.append("there are not as many signatures as revisions")
    for place, signature in enumerate(found, start=1):
        stamp = validate_pdf_signature(signature, trusting(now)).timestamp_validity
        if stamp is None or not (stamp.intact and stamp.valid and stamp.trusted):
            problems.append(f"{signature.field_name}: no timestamp under a trusted root")
            continue
        status = validate_pdf_signature(
            signature, trusting(stamp.timestamp), ts_validation_context=trusting(now)
        )
        subject = status.signing_cert.subject.human_friendly
        print(f"{signature.field_name}: {subject}, {stamp.timestamp.isoformat()}")
        if not status.bottom_line:
            problems.append(f"{signature.field_name}: the signature does not hold")
        if place == len(found) and status.coverage != SignatureCoverageLevel.ENTIRE_FILE:
            problems.append("the last signature does not cover the whole file")
        if place < len(found) and status.modification_level not in ALLOWED:
            problems.append(f"{signature.field_name}: something was changed afterwards")
    return problems


def figures(pdf: bytes) -> list[str]:
    """Problems between what the text says and the terms attached to it."""
    reader = PdfReader(io.BytesIO(pdf))
    (raw,) = reader.attachments[ATTACHMENT]
    terms = json.loads(raw)
    text = re.sub(r"\s+", "", "".join(page.extract_text() for page in reader.pages))
    if "debts" in terms:
        schedules, bill = [debt["result"] for debt in terms["debts"]], terms["bill"]
    else:  # contents of version 1
        schedules, bill = [terms["result"]], terms["result"]
    problems = []
    for number, result in enumerate(schedules, start=1):
        problems += [f"loan {number}: {said}" for said in added_up(result)]
    total = sum(row["payment_minor"] for row in bill["rows"])
    if total != sum(result["totals"]["payment_minor"] for result in schedules):
        problems.append("the bill is not the sum of its loans")
    for row in bill["rows"]:
        if written(row["payment_minor"]) not in text or row["due_date"] not in text:
            problems.append(f"row {row['number']} is not in the text")
    if written(total) not in text or terms["schedule_sha256"] not in text:
        problems.append("the text shows another total or another schedule")
    print(f"{terms['reference']}: {len(bill['rows'])} rows, {written(total)} in all")
    return problems


def added_up(result: dict) -> list[str]:
    """Problems of one schedule's own sums."""
    rows, totals = result["rows"], result["totals"]
    problems = [
        f"row {row['number']} does not add up"
        for row in rows
        if row["payment_minor"] != sum(row[name] for name in PARTS)
    ]
    if any(totals[name] != sum(row[name] for row in rows) for name in ("payment_minor", *PARTS)):
        problems.append("totals are not the sums of the rows")
    if rows[-1]["balance_minor"] != 0:
        problems.append("the balance does not end at nothing")
    return problems


def written(minor: int) -> str:
    """1234567 as 12,345.67."""
    return f"{minor // 100:,}.{minor % 100:02d}"


def main() -> int:
    """Check the file that was named."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--trust", type=Path, action="append", required=True, help="a root, PEM")
    parser.add_argument("--sha256", help="the hash of the whole file as it was sealed")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    pdf = options.file.read_bytes()
    sha256 = hashlib.sha256(pdf).hexdigest()
    print(f"SHA-256 {sha256}")
    problems = []
    if options.sha256 and options.sha256 != sha256:
        problems.append("this is not, byte for byte, the file that was sealed")
    try:
        roots = list(load_certs_from_pemder([str(path) for path in options.trust]))
        problems += signatures(pdf, roots, dt.datetime.now(dt.UTC))
        problems += figures(pdf)
    except Exception as error:  # noqa: BLE001 - whatever a damaged file provokes is one answer
        print(f"cannot be read as a signed agreement: {error!r}")
        return BAD if pdf.startswith(b"%PDF-") else UNREADABLE
    for problem in problems:
        print(f"PROBLEM {problem}")
    print("NOT VERIFIED" if problems else "VERIFIED")
    return BAD if problems else GOOD


if __name__ == "__main__":
    sys.exit(main())
