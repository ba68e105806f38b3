"""Ten thousand flipped bits and two hundred forgeries of every kind: none is accepted.

`REPACT_ATTACKS=3` checks three times as many by the long way, without the known hash.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest
from asn1crypto import cms, x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.embed import EmbeddedFileObject, FileSpec, embed_file
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers import SimpleSigner

from repact.server.agreements.documents import agreement
from repact.server.agreements.signing import certificates, signatures, verification
from repact.server.agreements.signing.authority import Credential, LocalAuthority
from tests.unit.agreements.contents import contents

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
WORKERS = min(os.cpu_count() or 1, 4)
TIMES = int(os.environ.get("REPACT_ATTACKS", "1"))


def authority_in(folder):
    return LocalAuthority.load_or_create(
        folder, passphrase=b"x", lender="示例", now=lambda: NOW - timedelta(days=30)
    )


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return authority_in(tmp_path_factory.mktemp("own"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    return authority_in(tmp_path_factory.mktemp("stranger"))


@pytest.fixture(scope="module")
def revisions(authority):
    """The text, signed, sealed; and, for splicing, another person's."""
    return made(authority, "林小雨"), made(authority, "赵磊")


def made(authority, name):
    text = signatures.prepare(agreement.render(contents(name)))
    signed = first(text, authority, name=name)
    return text, signed, last(signed, authority)


def first(text, authority, name="林小雨", at=NOW):
    return signatures.sign_by_borrower(
        text, signer=authority, name=name, evidence_sha256="c" * 64, at=at
    )


def last(signed, authority, at=NOW):
    return signatures.seal_by_lender(signed, signer=authority, name="示例", at=at)


def problems(pdf, authority, revocations=()):
    at = NOW + timedelta(days=1)
    return verification.verify(
        pdf, roots=authority.roots(), at=at, revocations=revocations
    ).problems


def unseen(task):
    """Of a share of the flips, those that the full check lets pass; in a process of its own."""
    sealed, flips, roots = task
    trusted = [x509.Certificate.load(root) for root in roots]
    accepted = []
    for at, bit in flips:
        changed = bytearray(sealed)
        changed[at] ^= bit
        found = verification.verify(bytes(changed), roots=trusted, at=NOW + timedelta(days=1))
        if not found.problems:
            accepted.append((at, bit))
    return accepted


# --- forgeries: each yields (name, bytes) --------------------------------------------------------


def updated(pdf, change):
    """The file with one more revision, as an editor would append it."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def page_of(writer, index):
    return writer.root["/Pages"]["/Kids"][index]


def drawn(index, text):
    """Paint over a page."""

    def change(writer):
        content = generic.StreamObject(stream_data=b"q 1 0 0 rg 50 50 200 200 re f Q " + text)
        page = page_of(writer, index)
        old = page.raw_get("/Contents")
        page["/Contents"] = generic.ArrayObject([old, writer.add_object(content)])
        writer.update_container(page)

    return change


def annotated(index, at):
    """Put a note or a box on top of a page."""

    def change(writer):
        note = generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Annot"),
                pdf_name("/Subtype"): pdf_name("/FreeText"),
                pdf_name("/Rect"): generic.ArrayObject(
                    [generic.NumberObject(n) for n in (at, at, at + 90, at + 20)]
                ),
                pdf_name("/Contents"): generic.pdf_string("0.00"),
            }
        )
        page = page_of(writer, index)
        kept = list(page.get("/Annots", []))
        page["/Annots"] = generic.ArrayObject([*kept, writer.add_object(note)])
        writer.update_container(page)

    return change


def attached(name, data):
    """Swap what travels inside, or bring more of it."""

    def change(writer):
        file = EmbeddedFileObject.from_file_data(writer, data=data)
        embed_file(writer, FileSpec(name, embedded_data=file))

    return change


def relabeled(key):
    """Change an entry of the catalog."""

    def change(writer):
        writer.root[pdf_name(key)] = generic.DictionaryObject()
        writer.update_root()

    return change


def reappeared(index):
    """Give a signature another face."""

    def change(writer):
        field = writer.root["/AcroForm"]["/Fields"][index]
        face = generic.StreamObject(stream_data=b"0 0 1 rg 0 0 200 80 re f")
        face[pdf_name("/Type")], face[pdf_name("/Subtype")] = (
            pdf_name("/XObject"),
            pdf_name("/Form"),
        )
        face[pdf_name("/BBox")] = generic.ArrayObject(
            [generic.NumberObject(n) for n in (0, 0, 200, 80)]
        )
        field["/AP"] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(face)})
        writer.update_container(field)

    return change


def changes():
    """Thirty ways to change a document by appending to it."""
    for index in range(3):
        yield from ((f"drawn {index} {n}", drawn(index, b"%d" % n)) for n in range(3))
        yield from ((f"note {index} {at}", annotated(index, at)) for at in (60, 300, 600))
    yield from ((f"file {n}", attached(n, b"{}")) for n in ("agreement.json", "x.json"))
    keys = ("/Names", "/AF", "/OCProperties", "/OpenAction", "/AA", "/Lang", "/Perms", "/DSS")
    yield from ((f"catalog {key}", relabeled(key)) for key in keys)
    yield from ((f"face {n}", reappeared(n)) for n in range(2))


def appended(revisions, authority) -> Iterator[tuple[str, bytes]]:
    """After the seal, after the first signature, and between the two with a true seal on top."""
    _, signed, sealed = revisions[0]
    for name, change in changes():
        yield f"sealed, then {name}", updated(sealed, change)
        yield f"signed, then {name}", updated(signed, change)
        yield f"signed, {name}, sealed", resealed(updated(signed, change), authority)


def resealed(pdf, authority):
    """A seal on top, if anything will still put one there."""
    try:
        return last(pdf, authority)
    except Exception:  # noqa: BLE001 - refusing to sign is as good as being found out
        return b""


def spliced(revisions, _) -> Iterator[tuple[str, bytes]]:
    """One person's signature on another's text, revisions left out, parts exchanged."""
    (text, signed, sealed), (text2, signed2, sealed2) = revisions
    yield "unsigned", text
    yield "half signed", signed
    yield "their signature", text + signed2[len(text2) :]
    yield "their seal", signed + sealed2[len(signed2) :]
    yield "both theirs", text + sealed2[len(text2) :]
    yield "no borrower", text + sealed[len(signed) :]
    yield "twice sealed", sealed + sealed[len(signed) :]
    yield "something before", b"%PDF-1.7\n" + sealed
    for lines in (1, 10, 100):
        yield f"{lines} lines after", sealed + b"\n%%EOF" * lines


def planted():
    """A text with content laid in before anybody signs, which nothing shows yet; and its place."""
    with pikepdf.open(io.BytesIO(agreement.render(contents()))) as opened:
        hidden = opened.make_indirect(opened.make_stream(b"q 1 g 40 40 500 700 re f Q"))
        opened.Root.Shadow = hidden
        out = io.BytesIO()
        opened.save(out, deterministic_id=True)
        return signatures.prepare(out.getvalue()), hidden.objgen


def unveiled(index, place, in_its_place):
    """Let a page show what was laid in, over its own content or instead of it."""

    def change(writer):
        page = page_of(writer, index)
        hidden = generic.IndirectObject(*place, writer)
        old = page.raw_get("/Contents")
        page["/Contents"] = hidden if in_its_place else generic.ArrayObject([old, hidden])
        writer.update_container(page)

    return change


def shadowed(_, authority) -> Iterator[tuple[str, bytes]]:
    """Content hidden before anybody signed, and shown after one has, or both have."""
    prepared, place = planted()
    signed = first(prepared, authority)
    sealed = last(signed, authority)
    assert problems(sealed, authority) == []  # what nobody can see changes nothing
    for index in range(3):
        for in_its_place in (False, True):
            show, name = unveiled(index, place, in_its_place), f"shadow {index} {in_its_place}"
            yield f"{name}, sealed", updated(sealed, show)
            yield f"{name}, signed", updated(signed, show)
            yield f"{name}, between", resealed(updated(signed, show), authority)


def torn(revisions, _) -> Iterator[tuple[str, bytes]]:
    """Cut off, filled with nothing, overwritten, doubled."""
    sealed, chance = revisions[0][2], random.Random(7)
    for _ in range(24):
        at = chance.randrange(1000, len(sealed) - 500)
        size = chance.choice((1, 16, 400))
        rest = sealed[at + size :]
        yield f"cut at {at}", sealed[:at]
        yield f"zeros at {at}", sealed[:at] + bytes(size) + rest
        yield f"gone at {at}", sealed[:at] + rest
        yield f"twice at {at}", sealed[: at + size] + sealed[at:]


def false_keys(authority, stranger):
    """Right form, wrong keys: strangers, expired, revoked, and a text that lies."""
    text = signatures.prepare(agreement.render(contents()))
    yield "a stranger's borrower", last(first(text, stranger), authority)
    yield "a stranger's seal", last(first(text, authority), stranger)
    yield "a stranger's both", last(first(text, stranger), stranger)
    for minutes in (11, 60, 1_000_000):
        late = Late(authority, timedelta(minutes=minutes))
        yield f"used {minutes} minutes late", last(first(text, late), authority)
    yield "figures that lie", last(first(lying(), authority), authority)


class Late:
    """An authority whose one-time keys are used long after their life."""

    def __init__(self, authority, by):
        self._authority, self._by, self.level = authority, by, authority.level

    def one_time(self, *, name, at):
        return self._authority.one_time(name=name, at=at - self._by)

    def __getattr__(self, name):
        return getattr(self._authority, name)


def lying():
    """A text with one installment, with terms attached that say another."""
    said = contents()
    changed = said.model_dump(mode="json") | {"installment_minor": said.installment_minor + 1}
    honest = agreement.render(type(said).model_validate(changed))
    reader = PdfFileReader(io.BytesIO(agreement.render(said)))
    names = reader.root["/Names"]["/EmbeddedFiles"]
    file = names["/Names"][1]["/EF"]["/F"].data

    def change(writer):
        stream = writer.root["/Names"]["/EmbeddedFiles"]["/Names"][1]["/EF"]["/F"]
        stream._data, stream._encoded_data = file, None
        writer.update_container(stream)

    return signatures.prepare(updated(honest, change))


# --- the attacks ---------------------------------------------------------------------------------


class TestAFlippedBit:
    def test_is_seen_wherever_the_whole_files_hash_is_known(self, revisions, authority):
        sealed, chance = bytearray(revisions[0][2]), random.Random(1)
        known = verification.verify(bytes(sealed), roots=authority.roots(), at=NOW).sha256
        for _ in range(10_000):
            at, bit = chance.randrange(len(sealed)), 1 << chance.randrange(8)
            sealed[at] ^= bit
            found = verification.verify(
                bytes(sealed), roots=authority.roots(), at=NOW, sha256=known
            )
            assert found.problems == ["agreements.file_differs"]
            sealed[at] ^= bit

    def test_is_seen_by_the_long_way_too(self, revisions, authority):
        sealed, chance = revisions[0][2], random.Random(2)
        seal = list(PdfFileReader(io.BytesIO(sealed)).embedded_signatures)[-1]
        hole = (int(seal.byte_range[1]), int(seal.byte_range[2]))
        flips = [
            (chance.randrange(*place), 1 << chance.randrange(8))
            for place in ((0, len(sealed)), hole)
            for _ in range(100 * TIMES)
        ]
        roots = [certificate.dump() for certificate in authority.roots()]
        share = [(sealed, flips[n::WORKERS], roots) for n in range(WORKERS)]
        with multiprocessing.get_context("spawn").Pool(WORKERS) as pool:
            accepted = [flip for found in pool.map(unseen, share) for flip in found]
        assert len(flips) == 200 * TIMES
        assert accepted == []


class TestAForgery:
    def test_is_never_accepted(self, revisions, authority, stranger):
        assert problems(revisions[0][2], authority) == []
        tried, accepted = 0, []
        for make in (appended, spliced, shadowed, torn):
            for name, pdf in make(revisions, authority):
                tried += 1
                if not problems(pdf, authority):
                    accepted.append(name)
        for name, pdf in false_keys(authority, stranger):
            tried += 1
            if not problems(pdf, authority):
                accepted.append(name)
        assert accepted == []
        assert tried >= 200, tried


class TestARevokedSeal:
    def test_signs_nothing_more_and_what_it_signed_stays(self, tmp_path, revisions):
        own = authority_in(tmp_path)
        _, signed, before = made(own, "林小雨")
        own.revoke(own.lender_seal().signing_cert, at=NOW + timedelta(hours=1))
        lists = own.revocations(at=NOW + timedelta(days=1))
        assert problems(before, own, lists) == []
        after = last(signed, own, at=NOW + timedelta(hours=2))
        assert problems(after, own, lists) == ["agreements.certificate_revoked"]

    def test_is_not_believed_from_a_list_of_a_stranger(self, revisions, authority, stranger):
        lists = stranger.revocations(at=NOW + timedelta(days=1))
        found = problems(revisions[0][2], authority, lists)
        assert found == ["agreements.revocations_unreadable"]


class TestALicenseToIssue:
    def test_is_not_had_by_the_seal(self, authority, revisions):
        """A certificate issued by the lender's seal, which is no authority, is worth nothing."""
        seal = authority._kept["seal"]
        issuer = certificates.KeyIssuer(seal.key, seal.certificate)
        key = certificates.ec.generate_private_key(certificates.ec.SECP256R1())
        leaf = certificates.leaf(
            key.public_key(), "林小雨", NOW, certificates.ONE_TIME, issuer=issuer
        )

        class Lifted(Late):
            def one_time(self, *, name, at):
                signer = self._authority._signer(Credential(key, leaf))
                signer.cert_registry.register(certificates.asn1(seal.certificate))
                return signer

        lifted = Lifted(authority, timedelta())
        assert isinstance(lifted.one_time(name="x", at=NOW), SimpleSigner)
        forged = last(first(revisions[0][0], lifted), authority)
        assert problems(forged, authority)


def test_a_stamp_for_another_signature_is_seen(revisions, authority):
    """A timestamp moved from one signature to another dates nothing."""
    sealed, other = revisions[0][2], revisions[1][2]
    holes = []
    for pdf in (sealed, other):
        seal = list(PdfFileReader(io.BytesIO(pdf)).embedded_signatures)[-1]
        holes.append((seal, int(seal.byte_range[1]), int(seal.byte_range[2])))
    (own, start, end), (their, _, _) = holes
    message = cms.ContentInfo.load(bytes(own.pkcs7_content))
    signer = message["content"]["signer_infos"][0]
    signer["unsigned_attrs"] = their.signer_info["unsigned_attrs"]
    plain = message.dump(force=True).hex().upper().encode().ljust(end - start - 2, b"0")
    moved = sealed[:start] + b"<" + plain + b">" + sealed[end:]
    assert problems(moved, authority)
