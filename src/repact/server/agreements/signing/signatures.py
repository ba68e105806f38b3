"""Signatures on one document: the borrower certifies, others may follow, the lender locks.

PAdES (ETSI EN 319 142-1) by pyHanko. Every field is there before anyone signs; the first signature
allows form filling only, the last allows nothing more. Each adds exactly one revision. The chain
and the timestamp travel inside, so that it can be checked in years without asking anybody.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

import httpx
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    MDPPerm,
    SigFieldSpec,
    SigSeedSubFilter,
)
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers import Signer as PdfKey

from repact.server.agreements.documents import seals as places
from repact.server.agreements.signing import seals
from repact.server.agreements.signing.port import AwayError, Signer

BORROWER, LENDER = "Borrower", "Lender"
ROLES = {
    "borrower": "借款人  Borrower",
    "co_borrower": "共同借款人  Co-borrower",
    "guarantor": "担保人  Guarantor",
    "company_representative": "公司代表  For the company",
    "lender": "贷款机构  Lender",
}
ORAL = "口头同意，由贷款机构记录  Said by voice, recorded by the lender"


def field_name(number: int, role: str, /) -> str:
    """The name of a signer's field: `Borrower`, `Guarantor2`, ..."""
    plain = "".join(word.capitalize() for word in role.split("_"))
    return plain if number == 1 else f"{plain}{number}"


def prepare(pdf: bytes, signers: Sequence[str] = (BORROWER,), /) -> bytes:
    """Add every empty signature field, in a revision of its own before anyone signs: the borrower
    on the left, the lender on the right, others in the rows below."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    boxes = places.boxes(len(signers) - 1)
    for name, box in zip([*signers, LENDER], boxes, strict=True):
        spec = SigFieldSpec(sig_field_name=name, on_page=-1, box=box)
        if name == LENDER:
            spec = SigFieldSpec(
                sig_field_name=name,
                on_page=-1,
                box=box,
                field_mdp_spec=FieldMDPSpec(FieldMDPAction.ALL),
                doc_mdp_update_value=MDPPerm.NO_CHANGES,
            )
        fields.append_signature_field(writer, spec)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def sign(
    pdf: bytes,
    /,
    *,
    signer: Signer,
    field: str,
    name: str,
    evidence_sha256: str,
    at: datetime,
    oral: bool = False,
) -> bytes:
    """A person's signature, with a one-time certificate; names the evidence record by its hash.

    What was said by voice is signed by the lender's key and says so: nobody else held one.
    """
    first = field == BORROWER
    metadata = PdfSignatureMetadata(
        field_name=field,
        name=name,
        reason=f"evidence {evidence_sha256}",
        certify=first,
        docmdp_permissions=MDPPerm.FILL_FORMS,
        subfilter=SigSeedSubFilter.PADES,
        md_algorithm="sha256",
    )
    role = next(r for r in ROLES if field.rstrip("0123456789") == field_name(1, r))
    key = signer.lender_seal() if oral else signer.one_time(name=name, at=at)
    note = ORAL if oral else ""
    return _signed(pdf, metadata, key, signer, role=role, note=note, at=at)


def sign_by_borrower(
    pdf: bytes, /, *, signer: Signer, name: str, evidence_sha256: str, at: datetime
) -> bytes:
    """The borrower's signature, the first."""
    return sign(
        pdf, signer=signer, field=BORROWER, name=name, evidence_sha256=evidence_sha256, at=at
    )


def seal_by_lender(pdf: bytes, /, *, signer: Signer, name: str, at: datetime) -> bytes:
    """The last signature; after it nothing may change."""
    metadata = PdfSignatureMetadata(
        field_name=LENDER,
        name=name,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        subfilter=SigSeedSubFilter.PADES,
        md_algorithm="sha256",
    )
    return _signed(pdf, metadata, signer.lender_seal(), signer, role="lender", at=at)


def seal_paper(pdf: bytes, /, *, signer: Signer, name: str, at: datetime) -> bytes:
    """The lender's only and certifying signature on a paper of any kind."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    box = (places.RIGHT, 60, places.RIGHT + places.WIDTH, 60 + places.HEIGHT)
    fields.append_signature_field(writer, SigFieldSpec(LENDER, on_page=-1, box=box))
    out = io.BytesIO()
    writer.write(out)
    metadata = PdfSignatureMetadata(
        field_name=LENDER,
        name=name,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        subfilter=SigSeedSubFilter.PADES,
        md_algorithm="sha256",
    )
    return _signed(out.getvalue(), metadata, signer.lender_seal(), signer, role="lender", at=at)


def _signed(
    pdf: bytes,
    metadata: PdfSignatureMetadata,
    key: PdfKey,
    signer: Signer,
    /,
    *,
    role: str,
    at: datetime,
    note: str = "",
) -> bytes:
    when = at.strftime("%Y-%m-%d %H:%M:%S UTC")
    look = seals.style(label=ROLES[role], name=metadata.name or "", when=when, note=note)
    pdf_signer = PdfSigner(
        metadata, signer=key, timestamper=signer.timestamper(at=at), stamp_style=look
    )
    out = io.BytesIO()
    try:
        pdf_signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), output=out)
    except (OSError, httpx.HTTPError) as error:  # what pyHanko says when a service does not answer
        raise AwayError("timestamp") from error
    return out.getvalue()
