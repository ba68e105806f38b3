"""The agreement as a PDF: the same bytes for the same input, every name, no injected source."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pikepdf
import pytest
import rfc8785
from fontTools.cffLib import CFFFontSet
from pydantic import ValidationError
from pypdf import PdfReader

from repact.server.agreements.documents import agreement, clauses, composing, figures, wording
from repact.server.agreements.documents import cost_sheet as sheets
from repact.server.agreements.documents.contents import read
from repact.server.agreements.errors import AgreementError
from tests.unit.agreements.contents import (
    bill,
    contents,
    debt,
    document,
    first_version,
    of_two_debts,
    stored,
)

LANGUAGES = ["zh-hans", "en", "bilingual"]
HOSTILE = (
    '#eval("1+1")',
    '#read("/etc/passwd")',
    '#include("/etc/passwd")',
    "*bold* _it_ $x^2$ `raw` @ref <label>",
    "]}); #panic()",
    "\\u{41} // comment /* more */",
    "{{ 7*7 }} ${7*7}",
    "<script>alert(1)</script><b>&amp;</b>",
    "'; DROP TABLE x; --",
    "%PDF-1.7 endstream endobj (unbalanced",
)
INVISIBLE = ["a\u202eb", "a\u2066b", "a\x00b", "a\x1bb", "a\u200bb", "a\u2028b", "\ud800", "\ue000"]
SOMETIMES = {"place", "order", "currency", "role", "debt"}


def text(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def flat(said: str) -> str:
    return "".join(said.split())


class TestTheDocument:
    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("make", [contents, of_two_debts])
    def test_says_what_was_agreed(self, make, language):
        made = make(language=language)
        assert figures.of_text(agreement.render(made), language) == figures.of_contents(made)

    @pytest.mark.parametrize("field", ["installment_minor", "total", "row"])
    def test_shows_a_figure_that_was_changed(self, field):
        made = contents()
        pdf = agreement.render(made)
        other = stored()
        if field == "installment_minor":
            other["installment_minor"] += 1
        else:
            part = other["bill"]["totals"] if field == "total" else other["bill"]["rows"][7]
            part["payment_minor"] += 1
        changed = made.model_construct(**other)
        changed.__dict__.update(bill=made.bill.model_construct(**other["bill"]), debts=made.debts)
        assert figures.of_text(pdf, "zh-hans") != figures.of_contents(changed)

    @pytest.mark.parametrize("principal", [8_000_000_000, 90_000_000_000])
    def test_shows_sums_of_any_length(self, principal):
        made = document(principal_minor=principal)
        said = contents(debts=[debt(made)], **bill([made]))
        assert figures.of_text(agreement.render(said), "zh-hans") == figures.of_contents(said)

    def test_is_the_same_bytes_for_the_same_input(self):
        assert agreement.render(contents()) == agreement.render(contents())

    def test_is_the_same_bytes_in_another_process(self):
        made = contents(language="bilingual")
        program = (
            "import hashlib, json, sys;"
            "from repact.server.agreements.documents import agreement, contents;"
            "made = contents.read(json.load(sys.stdin));"
            "sys.stdout.buffer.write(agreement.render(made))"
        )
        said = json.dumps(made.model_dump(mode="json")).encode()
        run = subprocess.run(
            [sys.executable, "-c", program], input=said, capture_output=True, check=True
        )
        assert run.stdout == agreement.render(made)

    def test_carries_its_contents(self):
        made = of_two_debts()
        assert figures.attached_contents(agreement.render(made)) == made

    def test_of_an_older_draft_carries_what_the_draft_says(self):
        old = first_version()
        pdf = agreement.render(read(old), stored=old)
        (raw,) = PdfReader(io.BytesIO(pdf)).attachments[agreement.ATTACHMENT]
        assert raw == rfc8785.dumps(old)
        assert figures.of_text(pdf, "zh-hans") == figures.of_contents(read(old))

    def test_carries_the_cost_sheet_that_is_confirmed(self):
        made = contents()
        reader = PdfReader(io.BytesIO(agreement.render(made)))
        (sheet,) = reader.attachments[agreement.COST_SHEET]
        assert json.loads(sheet)["total_minor"] == made.total_minor

    def test_claims_nothing_that_is_not_so(self):
        for language in LANGUAGES:
            shown = text(agreement.render(contents(language=language))).lower()
            for claim in (
                "legally binding",
                "具有法律约束力",
                "protects both",
                "compliant",
                "合规",
            ):
                assert claim not in shown

    def test_says_that_a_demo_is_a_demo(self):
        assert "演示" in text(agreement.render(contents()))

    def test_says_in_english_what_the_chinese_says(self):
        both = text(agreement.render(contents(language="bilingual")))
        assert "还款协议" in both
        assert "Repayment agreement" in both


@pytest.fixture(scope="module")
def pdf():
    made = of_two_debts(language="bilingual", borrower=stored("䶮𬱖㛃")["borrower"])
    with pikepdf.open(io.BytesIO(agreement.render(made))) as opened:
        yield opened


class TestTheFile:
    def test_says_it_is_an_archive_file(self, pdf):
        with pdf.open_metadata() as metadata:
            assert metadata.pdfa_status == "3A"

    def test_is_tagged_titled_and_in_a_language(self, pdf):
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.StructTreeRoot
        assert str(pdf.Root.Lang).startswith("zh")
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert "A-20240101-0001" in str(pdf.docinfo.Title)

    def test_is_dated_as_the_agreement(self, pdf):
        assert str(pdf.docinfo.CreationDate).startswith("D:20240101")

    def test_relates_what_it_carries(self, pdf):
        related = {str(f.UF): str(f.AFRelationship) for f in pdf.Root.AF}
        assert related == {"agreement.json": "/Source", "cost-sheet.json": "/Data"}

    def test_has_an_output_intent_and_nothing_forbidden(self, pdf):
        assert pdf.Root.OutputIntents
        assert "/OpenAction" not in pdf.Root
        assert "/AA" not in pdf.Root
        for made in pdf.objects:
            if isinstance(made, pikepdf.Dictionary):
                assert made.get("/S") not in {"/JavaScript", "/Launch"}
                assert made.get("/Type") != "/Encrypt"

    def test_embeds_every_font_and_only_ours(self, pdf):
        fonts = [f for f in pdf.objects if _is(f, "/FontDescriptor")]
        assert fonts
        for font in fonts:
            assert any(f"/FontFile{kind}" in font for kind in ("", "2", "3"))
            assert any(n in str(font.FontName) for n in ("NotoSansSC", "NotoSerifSC", "Libertinus"))

    def test_draws_no_empty_box_for_a_character(self, pdf):
        """Glyph 0 of a font is what is drawn for a character it does not have."""
        for page in pdf.pages:
            fonts = {n: f for n, f in page.Resources.Font.items() if f.Subtype == "/Type0"}
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) == "Tf":
                    font = str(operands[0])
                elif str(operator) in {"Tj", "TJ"} and font in fonts:
                    for drawn in operands[0] if str(operator) == "TJ" else operands:
                        if isinstance(drawn, pikepdf.String):
                            raw = bytes(drawn)
                            assert b"\0\0" not in {raw[i : i + 2] for i in range(0, len(raw), 2)}

    def test_has_whole_fonts_inside(self, pdf):
        for font in pdf.objects:
            if _is(font, "/FontDescriptor") and "/FontFile3" in font:
                read = CFFFontSet()
                read.decompile(io.BytesIO(font.FontFile3.read_bytes()), None)
                assert len(read[0].CharStrings) > 1


def _is(made: pikepdf.Object, kind: str) -> bool:
    return isinstance(made, pikepdf.Dictionary) and made.get("/Type") == kind


class TestNames:
    @pytest.mark.parametrize(
        "name",
        [
            "䶮𬱖㛃",
            "阿卜杜热合曼·阿布都克里木·吐尔逊",
            "古丽巴哈尔·买买提明·阿不都热西提·吐尔逊江·努尔买买提",
            "Ævar Łukasz O’Neill-Müller",
            "王" * 60,
        ],
    )
    @pytest.mark.parametrize("language", ["zh-hans", "bilingual"])
    def test_are_shown(self, name, language):
        assert flat(name) in flat(text(agreement.render(contents(name, language=language))))

    def test_that_cannot_be_printed_are_said_so(self):
        with pytest.raises(AgreementError, match=r"agreements\.cannot_be_written"):
            agreement.render(contents("\U00012000\U00012001"))

    @pytest.mark.parametrize("hostile", HOSTILE)
    @pytest.mark.parametrize("field", ["name", "address_zh", "legal_creditor", "loan_ref"])
    def test_and_other_words_are_text_whatever_they_say(self, field, hostile):
        made = stored()
        if field == "name":
            made["borrower"]["name"] = hostile
        elif field == "address_zh":
            made["lender"]["address_zh"] = hostile
        else:
            made["debts"] = [debt(document(), **{field: hostile})]
        shown = text(agreement.render(contents(**made) if field != "name" else contents(hostile)))
        assert flat(hostile) in flat(shown)

    @pytest.mark.parametrize("name", [*INVISIBLE, "", "x" * 201])
    def test_that_cannot_be_seen_are_refused(self, name):
        with pytest.raises(ValidationError):
            contents(name)


class TestTheWords:
    def test_are_the_same_in_both_languages(self):
        assert wording.catalogue("zh-hans").keys() == wording.catalogue("en").keys()

    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    @pytest.mark.parametrize("make", [contents, of_two_debts])
    def test_leave_no_gap(self, make, language):
        made = composing.compose(make(), language)
        assert "{" not in repr(made)

    def test_write_money_and_rates_exactly(self):
        assert wording.money(123_456_789) == "1,234,567.89"
        assert wording.amount(-5, currency="CNY") == "¥−0.05"
        assert wording.amount(1_234, currency="CHF") == "CHF 12.34"
        assert wording.percent(87_249) == "8.72%"
        assert wording.percent(87_250) == "8.73%"


class TestTheCostSheet:
    @pytest.mark.parametrize("make", [contents, of_two_debts])
    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_adds_up_to_what_is_paid(self, make, language):
        made = make()
        sheet = sheets.cost_sheet(made, language)
        assert sum(item.amount_minor or 0 for item in sheet.items) == sheet.cost_minor
        assert sheet.cost_minor + sheet.principal_minor == made.total_minor
        assert sheet.principal_minor == made.bill.totals["principal_minor"]

    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_names_how_by_what_standard_and_who_gets_it(self, language):
        for item in sheets.cost_sheet(of_two_debts(), language).items:
            assert all([item.label, item.how, item.standard, item.payee])

    def test_says_what_could_be_added(self):
        said = [item.label for item in sheets.cost_sheet(contents(), "en").contingent]
        assert said == ["If you pay late", "If payments stop", "Paying early", "Collection costs"]

    def test_names_each_debt_when_there_are_several(self):
        labels = " ".join(item.label for item in sheets.cost_sheet(of_two_debts(), "en").items)
        assert "(D-0001)" in labels
        assert "(K-0002)" in labels

    def test_is_hashed_over_everything(self):
        one, other = contents(), of_two_debts()
        assert sheets.sha256(one) == sheets.sha256(contents())
        assert sheets.sha256(one) != sheets.sha256(other)


class TestTheClauses:
    @staticmethod
    def said(made, language="zh-hans"):
        speaker = clauses.Speaker(made, language)
        return {clause.code: clause for clause in clauses.promises(speaker)}

    def test_that_matter_most_are_flagged(self):
        assert {c.code for c in self.said(contents()).values() if c.flagged} == {
            "late",
            "breach",
            "record",
        }

    def test_that_are_flagged_have_one_name_in_every_language(self):
        two = of_two_debts(language="bilingual")
        names = [list(clauses.flagged(clauses.Speaker(two, name))) for name in ("zh-hans", "en")]
        assert names[0] == names[1]
        assert {"late", "breach", "record", "no_new_cards"} <= set(names[0])

    def test_that_are_flagged_twice_are_named_apart(self, monkeypatch):
        speaker = clauses.Speaker(contents(), "en")
        twice = [clauses.Clause("late", f"Late {n}", "said", flagged=True) for n in (1, 2, 3)]
        monkeypatch.setattr(clauses, "promises", lambda _: iter(twice))
        assert list(clauses.flagged(speaker)) == ["late", "late-2", "late-3"]

    def test_promise_no_new_cards_only_for_a_card(self):
        assert "no_new_cards" not in self.said(contents())
        assert "no_new_cards" in self.said(of_two_debts())

    def test_are_left_out_when_a_figure_is_not_known(self):
        made = stored()
        made["lender"].update(help_phone="", complaint_phone="")
        made["service"] = {"reply_hours": None, "notice_days": None}
        assert not {"help_phone", "complain", "help_reply"} & self.said(contents(**made)).keys()
