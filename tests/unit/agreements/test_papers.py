"""Papers beside the agreement, and a copy of everything."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date

import pikepdf
import pytest
from pypdf import PdfReader

from repact.server.agreements.documents import bundle, letters
from repact.server.agreements.documents.figures import attached_contents
from repact.server.agreements.errors import AgreementError
from tests.unit.agreements.contents import contents, of_two_debts

ON = date(2026, 1, 1)
LANGUAGES = ["zh-hans", "en", "bilingual"]


def text(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def settlement(made, **changes):
    facts = {"settled_date": ON, "paid_minor": 2_968_366, "waived_minor": 1_234, **changes}
    return letters.settlement(made, letters.Settled(**facts))


class TestACertificateOfSettlement:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_names_every_debt_and_every_sum(self, language):
        shown = text(settlement(of_two_debts(language=language)))
        for said in ("D-0001", "K-0002", "¥29,683.66", "¥12.34", "2026-01-01", "A-20240101-0001"):
            assert said in shown

    def test_carries_its_facts(self):
        made = of_two_debts()
        reader = PdfReader(io.BytesIO(settlement(made, report_by_date=date(2026, 1, 8))))
        facts = json.loads(reader.attachments[letters.SETTLEMENT][0])
        assert facts["schedule_sha256"] == made.schedule_sha256
        assert facts["report_by_date"] == "2026-01-08"
        assert "2026-01-08" in text(settlement(made, report_by_date=date(2026, 1, 8)))

    def test_says_that_past_arrears_stay_on_record(self):
        assert "Past arrears stay on record" in text(settlement(contents(language="en")))

    def test_is_an_archive_file_on_one_page_and_the_same_each_time(self):
        pdf = settlement(of_two_debts(language="bilingual"))
        with pikepdf.open(io.BytesIO(pdf)) as opened, opened.open_metadata() as metadata:
            assert metadata.pdfa_status == "3A"
            assert len(opened.pages) == 1
        assert pdf == settlement(of_two_debts(language="bilingual"))


class TestAConfirmationOfACall:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_says_the_whole_plan_and_which_recording_is_kept(self, language):
        made = contents(language=language, channel="oral")
        pdf = letters.oral_confirmation(made, agreed_date=ON, recording="R-77")
        for said in ("R-77", "2026-01-01", "¥14,785.64", "2026-01-01"):
            assert said in text(pdf)
        assert attached_contents(pdf) == made


class TestALetterAfterAWithdrawal:
    OWED = (2_000_000, 1_234_567)

    def made(self, resumed=(), **changes):
        facts = {"withdrawn_date": ON, "paid_minor": 1_234, "owed_minor": self.OWED}
        facts["resumed"] = resumed
        return letters.withdrawal(of_two_debts(**changes), letters.Withdrawn(**facts))

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_says_what_is_owed_by_each_contract_again(self, language):
        shown = text(self.made(language=language))
        for said in ("D-0001", "¥20,000.00", "K-0002", "¥12,345.67", "¥12.34", "2026-01-01"):
            assert said in shown

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_names_the_older_agreement_that_holds_again(self, language):
        shown = text(self.made(language=language, resumed=("A-2025-7",)))
        assert "A-2025-7" in shown
        for said in ("owed again", "owes again", "重新计入欠款", "恢复到原来的状态"):
            assert said.replace(" ", "") not in shown.replace(" ", "")

    def test_promises_that_the_days_between_cost_nothing(self):
        assert "Nothing is charged for the days between" in text(self.made(language="en"))

    def test_carries_its_facts_in_an_archive_file_on_one_page(self):
        pdf = self.made(language="bilingual")
        with pikepdf.open(io.BytesIO(pdf)) as opened, opened.open_metadata() as metadata:
            assert metadata.pdfa_status == "3A"
            assert len(opened.pages) == 1
        facts = json.loads(PdfReader(io.BytesIO(pdf)).attachments[letters.WITHDRAWAL][0])
        assert facts["owed_minor"] == list(self.OWED)
        assert pdf == self.made(language="bilingual")


class TestACopyOfEverything:
    FILES = {"agreement.pdf": b"%PDF-1", "evidence.json": b"{}", "notes.txt": "好".encode()}

    def made(self, **changes):
        return bundle.bundle({**self.FILES, **changes}, reference="A-1", on=ON)

    def test_lists_each_file_by_its_hash(self):
        with zipfile.ZipFile(io.BytesIO(self.made())) as archive:
            manifest = json.loads(archive.read(bundle.MANIFEST))
            assert {f["name"] for f in manifest["files"]} == self.FILES.keys()
        assert bundle.differences(self.made()) == []

    def test_is_the_same_bytes_for_the_same_files(self):
        assert self.made() == self.made()

    def test_shows_a_file_that_was_changed_added_or_taken_away(self):
        read = zipfile.ZipFile(io.BytesIO(self.made()))
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr(bundle.MANIFEST, read.read(bundle.MANIFEST))
            archive.writestr("agreement.pdf", b"%PDF-2")
            archive.writestr("extra.txt", b"")
            archive.writestr("notes.txt", read.read("notes.txt"))
        found = bundle.differences(out.getvalue())
        assert found == ["agreement.pdf", "evidence.json", "extra.txt"]

    @pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a b", "", "manifest.json", "x" * 121])
    def test_refuses_a_name_that_leads_elsewhere(self, name):
        with pytest.raises(AgreementError, match=r"agreements\.file_name"):
            bundle.bundle({name: b""}, reference="A-1", on=ON)
