"""Uploads are taken apart and written anew, in a process that may not use much."""

from __future__ import annotations

import hashlib
import io
import random
import zlib
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
from django.conf import settings
from PIL import Image

from repact.server.audit.models import Event
from repact.server.cases import actions as case_actions
from repact.server.evidence import actions as evidence_actions
from repact.server.evidence import consents, promises, sanitize
from repact.server.evidence import queries as evidence_queries
from repact.server.evidence.errors import EvidenceError
from repact.server.evidence.models import EvidenceFile, Reuse
from repact.server.jobs.day import run_day
from repact.server.notices.models import Notice
from tests.integration.world import at_once, run_jobs


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


def noisy(seed: int, scale: int = 20) -> bytes:
    """A picture with something on it: 9 x 8 patches of gray, each so many pixels wide."""
    grains = random.Random(seed).randbytes(9 * 8)
    patches = Image.frombytes("L", (9, 8), grains)
    out = io.BytesIO()
    patches.resize((9 * scale, 8 * scale), Image.Resampling.NEAREST).convert("RGB").save(out, "PNG")
    return out.getvalue()


def receive(world, by, case, upload, kind="statement"):
    return evidence_actions.receive(by=by, case_id=case.id, kind=kind, upload=upload, now=world.now)


class TestTheSamePaperInTwoCases:
    @pytest.mark.parametrize(
        ("second", "kind"),
        [(noisy(7), "same"), (noisy(7, scale=33), "alike"), (noisy(8), None)],
        ids=["same", "scaled", "another"],
    )
    def test_is_noted_for_the_agent(self, world, second, kind):
        first_by, second_by = world.borrower(), world.borrower("zhaolei")
        receive(world, first_by, world.draft(first_by), noisy(7))
        case = world.draft(second_by)
        receive(world, second_by, case, second)
        found = evidence_queries.reuses(case.id)
        assert [(r.kind, r.same_borrower) for r in found] == ([(kind, False)] if kind else [])

    def test_is_not_suspected_of_a_plain_sheet(self, world):
        first_by, second_by = world.borrower(), world.borrower("zhaolei")
        receive(world, first_by, world.draft(first_by), picture(size=(80, 60)))
        case = world.draft(second_by)
        receive(world, second_by, case, picture(size=(90, 60)))
        assert not evidence_queries.reuses(case.id)

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("round_", range(3))
    def test_is_found_when_both_arrive_at_once(self, world, round_):
        people = [world.borrower(), world.borrower("zhaolei")]
        sending = iter([(by, world.draft(by)) for by in people])
        results = at_once(
            2,
            world.lender.id,
            lambda: receive(world, *next(sending), noisy(7)),
        )
        assert not [r for r in results if isinstance(r, Exception)], results
        assert Reuse.objects.count() == 1


class TestConsent:
    def test_is_wanted_for_each_sensitive_kind(self, world):
        by = world.borrower()
        case = world.draft(by)
        with pytest.raises(EvidenceError, match="evidence.consent_missing"):
            receive(world, by, case, picture(), kind="medical_record")
        for _ in range(2):
            given = consents.consent(
                by=by, case_id=case.id, kind="medical_record", language="en", now=world.now
            )
        shown = consents.text(language="en")
        assert given.text_sha256 == hashlib.sha256(shown.encode()).hexdigest()
        receive(world, by, case, picture(), kind="medical_record")
        with pytest.raises(EvidenceError, match="evidence.consent_missing"):
            receive(world, by, case, picture(), kind="bank_statement")

    def test_taken_back_closes_the_papers(self, world):
        by = world.borrower()
        case = world.draft(by)
        consents.consent(
            by=by, case_id=case.id, kind="medical_record", language="en", now=world.now
        )
        file = receive(world, by, case, picture(), kind="medical_record")
        consents.withdraw_consent(by=by, case_id=case.id, kind="medical_record", now=world.now)
        with pytest.raises(EvidenceError, match="evidence.consent_withdrawn"):
            evidence_actions.view(by=world.staff(), file_id=file.id, now=world.now)


class TestPapersThatFollow:
    def promised(self, world, by):
        case = world.answered(by, evidence={"choice": "later"})
        case = case_actions.submit(by=by, case_id=case.id, now=world.now)
        run_jobs()
        return case, promises.of_case(case.id)

    def test_have_a_day_by_the_policy(self, world):
        case, promise = self.promised(world, world.borrower())
        assert promise.due_date == world.now.date() + timedelta(days=30)
        assert promise.trial_rows == 2
        standing = promises.standing(case, concession_minor=1_000_000, now=world.now)
        assert standing == "later"

    def test_are_not_needed_under_the_cap(self, world):
        case, _ = self.promised(world, world.borrower())
        assert promises.standing(case, concession_minor=0, now=world.now) == "enough"

    def test_that_come_settle_it(self, world):
        by = world.borrower()
        case, promise = self.promised(world, by)
        kind = promise.kinds[0]
        if kind in consents.SENSITIVE:
            consents.consent(by=by, case_id=case.id, kind=kind, language="en", now=world.now)
        receive(world, by, case, picture(), kind=kind)
        assert promises.of_case(case.id).state == "kept"
        standing = promises.standing(case, concession_minor=1_000_000, now=world.now)
        assert standing == "enough"

    def test_are_reminded_of_once_and_then_missed(self, world):
        case, _ = self.promised(world, world.borrower())
        for day in range(1, 33):
            now = world.now + timedelta(days=day)
            run_day(lender_id=world.lender.id, on=now.date(), now=now)
        told = Notice.objects.filter(kind__startswith="evidence").order_by("created_at")
        assert [notice.kind for notice in told] == ["evidence_due", "evidence_missed"]
        assert promises.of_case(case.id).state == "missed"
        assert promises.standing(case, concession_minor=1_000_000, now=world.now) == "missing"
