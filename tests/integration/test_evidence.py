"""Uploads are taken apart and written anew, in a process that may not use much."""

from __future__ import annotations

import io
import random
import zlib
from contextlib import suppress
from pathlib import Path

import pikepdf
import pytest
from django.conf import settings
from PIL import Image

from repact.server.audit.models import Event
from repact.server.evidence import actions as evidence_actions
from repact.server.evidence import sanitize
from repact.server.evidence.errors import EvidenceError
from repact.server.evidence.models import EvidenceFile


def picture(kind="PNG", size=(40, 30), **options):
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()


def pdf(pages=1, **options):
    out = io.BytesIO()
    with pikepdf.new() as made:
        for _ in range(pages):
            made.add_blank_page()
        made.Root.OpenAction = pikepdf.Dictionary(
            S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert('hello')")
        )
        made.save(out, **options)
    return out.getvalue()


def bomb():
    """A tiny PNG that claims 30,000 x 30,000 pixels."""

    def chunk(name, body):
        return (
            len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")
        )

    head = (30_000).to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


class TestAnUpload:
    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
    def test_that_is_a_picture_becomes_our_own_jpeg(self, kind):
        made = sanitize.clean(picture(kind))
        assert made.media_type == "image/jpeg"
        assert Image.open(io.BytesIO(made.content)).size == (40, 30)

    def test_loses_its_place_and_its_camera(self):
        exif = Image.Exif()
        exif[0x010F] = "SecretCamera"
        made = sanitize.clean(picture("JPEG", exif=exif))
        assert b"SecretCamera" not in made.content

    def test_that_is_a_pdf_loses_what_could_act(self):
        made = sanitize.clean(pdf())
        assert made.media_type == "application/pdf"
        assert b"JavaScript" not in made.content
        assert b"OpenAction" not in made.content

    @pytest.mark.parametrize(
        ("upload", "code"),
        [
            (b"", "evidence.unreadable"),
            (b"hello", "evidence.not_picture_or_pdf"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "evidence.not_picture_or_pdf"),
            (b"GIF89a" + bytes(50), "evidence.not_picture_or_pdf"),
            (picture()[:60], "evidence.unreadable"),
            (b"%PDF-1.7\n garbage", "evidence.unreadable"),
            (pdf(pages=31), "evidence.too_many_pages"),
            (pdf(encryption=pikepdf.Encryption(owner="o", user="u")), "evidence.locked"),
            (bomb(), "evidence.too_large"),
            (bytes(sanitize.UPLOAD_BYTES_MAX + 1), "evidence.too_large"),
        ],
    )
    def test_that_is_hostile_or_broken_is_refused(self, upload, code):
        with pytest.raises(sanitize.RefusedError, match=code):
            sanitize.clean(upload)

    def test_with_random_damage_never_gets_further(self):
        chance = random.Random(20261124)
        for original in (picture(), picture("JPEG"), pdf()):
            for _ in range(5):
                damaged = bytearray(original)
                for _ in range(8):
                    damaged[chance.randrange(len(damaged))] = chance.randrange(256)
                with suppress(sanitize.RefusedError):
                    assert sanitize.clean(bytes(damaged)).content


class TestAFile:
    @pytest.fixture
    def file(self, world):
        by = world.borrower()
        return evidence_actions.receive(
            by=by,
            case_id=world.draft(by).id,
            kind="hardship",
            upload=picture(),
            now=world.now,
        )

    def test_is_encrypted_on_disk(self, file):
        stored = Path(settings.REPACT_FILES) / file.sha256[:2] / file.sha256
        assert stored.stat().st_mode & 0o077 == 0
        assert b"JFIF" not in stored.read_bytes()

    def test_is_read_by_staff_and_the_reading_leaves_a_trace(self, world, file):
        _, content = evidence_actions.view(by=world.staff(), file_id=file.id, now=world.now)
        assert content.startswith(b"\xff\xd8")
        assert Event.objects.filter(action="evidence.view").count() == 1

    def test_is_decided_once(self, world, file):
        for accepted in (True, False):
            evidence_actions.decide(
                by=world.staff(), file_id=file.id, accepted=accepted, now=world.now
            )
        assert EvidenceFile.objects.get().state == "accepted"

    def test_beyond_ten_is_refused(self, world, file):
        EvidenceFile.objects.bulk_create(
            EvidenceFile(
                lender_id=file.lender_id,
                case_id=file.case_id,
                kind="x",
                media_type="x",
                size_bytes=1,
                sha256="x",
                received_at=world.now,
            )
            for _ in range(9)
        )
        with pytest.raises(EvidenceError, match=r"evidence\.too_many_files"):
            evidence_actions.receive(
                by=world.borrower(),
                case_id=file.case_id,
                kind="hardship",
                upload=picture(),
                now=world.now,
            )
