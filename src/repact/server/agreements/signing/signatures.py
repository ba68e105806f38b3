"""Two signatures on one document: the borrower certifies, the lender locks.

PAdES (ETSI EN 319 142-1) by pyHanko. The first signature allows form filling only and the lender's
field is already there; the second allows nothing more. Each adds exactly one revision.
"""

from __future__ import annotations

import functools
import io
from datetime import datetime

import pylopdf_fonts_zh_cn
from fontTools.ttLib import TTFont
from pyhanko import stamp
from pyhanko.pdf_utils.font.opentype import GlyphAccumulatorFactory
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.text import TextBoxStyle
from pyhanko.sign import fields, signers
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    MDPPerm,
    SigFieldSpec,
    SigSeedSubFilter,
)
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

from repact.server.agreements.signing.authority import Signer

BORROWER, LENDER = "Borrower", "Lender"
_BOXES = {BORROWER: (57, 560, 287, 640), LENDER: (308, 560, 538, 640)}


def prepare(pdf: bytes, /) -> bytes:
    """Add both empty signature fields, in a revision of its own before anyone signs."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    for name, box in _BOXES.items():
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


def sign_by_borrower(
    pdf: bytes, /, *, signer: Signer, name: str, evidence_sha256: str, at: datetime
) -> bytes:
    """The first signature, with a one-time certificate; names the evidence record by its hash."""
    metadata = PdfSignatureMetadata(
        field_name=BORROWER,
        name=name,
        reason=f"evidence {evidence_sha256}",
        certify=True,
        docmdp_permissions=MDPPerm.FILL_FORMS,
        subfilter=SigSeedSubFilter.PADES,
        md_algorithm="sha256",
    )
    return _signed(pdf, metadata, signer.one_time(name=name, at=at), signer, name, at)


def seal_by_lender(pdf: bytes, /, *, signer: Signer, name: str, at: datetime) -> bytes:
    """The second signature; after it nothing may change."""
    metadata = PdfSignatureMetadata(
        field_name=LENDER,
        name=name,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        subfilter=SigSeedSubFilter.PADES,
        md_algorithm="sha256",
    )
    return _signed(pdf, metadata, signer.lender_seal(), signer, name, at)


def _signed(
    pdf: bytes,
    metadata: PdfSignatureMetadata,
    simple: signers.SimpleSigner,
    signer: Signer,
    name: str,
    at: datetime,
) -> bytes:
    style = stamp.TextStampStyle(
        stamp_text="%(who)s\n%(when)s",
        text_box_style=TextBoxStyle(
            font=GlyphAccumulatorFactory(str(pylopdf_fonts_zh_cn.sans_path())), font_size=11
        ),
        border_width=1,
    )
    pdf_signer = PdfSigner(
        metadata, signer=simple, timestamper=signer.timestamper(at=at), stamp_style=style
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    out = io.BytesIO()
    when = at.strftime("%Y-%m-%d %H:%M UTC")
    shown = {"who": _printable(name), "when": when}
    pdf_signer.sign_pdf(writer, output=out, appearance_text_params=shown)
    return out.getvalue()


def _printable(name: str) -> str:
    """The name as the seal's font can show it; a box stands for a character it does not have."""
    known = _characters()
    return "".join(c if ord(c) in known else "□" for c in name)


@functools.cache
def _characters() -> frozenset[int]:
    with TTFont(str(pylopdf_fonts_zh_cn.sans_path())) as font:
        return frozenset(font.getBestCmap())
