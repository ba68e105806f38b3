"""The agreement as a PDF: the same bytes for the same input, every name, no injected source."""

from __future__ import annotations

import io

import pytest
from pydantic import ValidationError
from pypdf import PdfReader

from repact.server.agreements.documents import agreement, figures, wording
from repact.server.agreements.errors import AgreementError
from tests.unit.agreements.contents import contents

HOSTILE = (
    '#eval("1+1")',
    '#include("/etc/passwd")',
    "*bold* _it_ $x^2$ `raw` @ref <label>",
    "]}); #panic()",
    "\\u{41} // comment /* more */",
    "{{ 7*7 }} ${7*7}",
)


def text(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


class TestTheDocument:
    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_says_what_was_agreed(self, language):
        made = contents(language=language)
        assert figures.of_text(agreement.render(made), language) == figures.of_contents(made)

    def test_is_the_same_bytes_for_the_same_input(self):
        assert agreement.render(contents()) == agreement.render(contents())

    def test_carries_its_contents(self):
        made = contents()
        assert figures.attached_contents(agreement.render(made)) == made

    @pytest.mark.parametrize(
        "name",
        ["䶮𬱖㛃", "阿卜杜热合曼·阿布都克里木·吐尔逊", "Ævar Łukasz O’Neill-Müller", "王" * 60],
    )
    def test_shows_every_name(self, name):
        shown = text(agreement.render(contents(name))).replace("\n", "")
        assert name in shown

    def test_says_when_a_character_cannot_be_printed(self):
        with pytest.raises(AgreementError, match=r"agreements\.cannot_be_written"):
            agreement.render(contents("\U00012000\U00012001"))

    @pytest.mark.parametrize("name", HOSTILE)
    def test_takes_hostile_text_for_text(self, name):
        shown = text(agreement.render(contents(name))).replace("\n", "").replace(" ", "")
        assert name.replace(" ", "") in shown

    @pytest.mark.parametrize("name", ["a\u202eb", "a\x00b", "a\u200bb", "\ud800", "", "x" * 201])
    def test_refuses_what_cannot_be_seen(self, name):
        with pytest.raises(ValidationError):
            contents(name)

    def test_claims_nothing_that_is_not_so(self):
        for language in ("zh-hans", "en"):
            shown = text(agreement.render(contents(language=language))).lower()
            for claim in ("legally binding", "具有法律约束力", "protects both", "compliant"):
                assert claim not in shown

    def test_says_that_a_demo_is_a_demo(self):
        assert "演示" in text(agreement.render(contents()))


class TestTheWords:
    def test_are_the_same_in_both_languages(self):
        assert wording.catalogue("zh-hans").keys() == wording.catalogue("en").keys()

    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_leave_no_gap(self, language):
        made = contents(language=language)
        said = [*wording.points(made, language)]
        assert said
        assert all("{" not in f"{point.label}{point.sentence}" for point in said)

    def test_write_money_and_rates_exactly(self):
        assert wording.money(123_456_789) == "1,234,567.89"
        assert wording.percent(87_249) == "8.72%"
        assert wording.percent(87_250) == "8.73%"
