"""Templates, catalogues and words."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import polib
import pytest
from django.utils.translation.template import templatize

from repact.policy.limits import Caps, Tier
from repact.server.pages import rules, sentences
from tests.tidy import tree

TEMPLATES = [p for p in tree.files(".html") if "templates" in p.parts]
CATALOGUE = polib.pofile(str(tree.PACKAGE / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"))
STREET_TALK = (
    "停息挂账",
    "老赖",
    "后果自负",
    "最后通牒",
    "恶意逃废",
    "legally binding",
    "具有法律约束力",
    "protects both",
    "保障双方",
    "fully compliant",
)
IN_BOTH_LANGUAGES = {"500.html", "partials/language.html"}
BY_DJANGO = {"403.html", "404.html", "500.html"}


def template_name(path: Path) -> str:
    parts = path.parts
    return "/".join(parts[parts.index("templates") + 1 :])


def named_templates() -> set[str]:
    texts = [p.read_text() for p in tree.source()] + [p.read_text() for p in TEMPLATES]
    return {name for text in texts for name in re.findall(r"[\"']([\w/]+\.html)[\"']", text)}


def translated(source: str) -> set[str]:
    """The texts a source gives to be translated, written out; a template comes as its calls."""
    calls = re.compile(
        r"""\b(?:n?gettext\w*|_)\(\s*u?((?:(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*)+)"""
    )
    return {ast.literal_eval(f"({said})") for said in calls.findall(source)}


@pytest.mark.parametrize("path", TEMPLATES, ids=template_name)
class TestATemplate:
    def test_is_used(self, path):
        name = template_name(path)
        by_library = name.startswith(("account/", "mfa/")) or name in BY_DJANGO
        by_form = name.startswith("borrower/screens/")
        assert by_library or by_form or name in named_templates()

    def test_names_no_currency_of_its_own(self, path):
        assert not set("¥€£$元") & set(path.read_text()), "say {{ sign }}"

    def test_has_no_style_and_no_script_of_its_own(self, path):
        text = path.read_text()
        assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)", text)

    def test_says_nothing_that_is_not_translated(self, path):
        code = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}|<[^>]*>|&\w+;", re.DOTALL)
        if template_name(path) not in IN_BOTH_LANGUAGES:
            assert not re.search(r"[一-鿿]", code.sub(" ", path.read_text()))


class TestTheCatalogue:
    def test_translates_everything(self):
        assert [e.msgid for e in CATALOGUE.untranslated_entries()] == []
        assert [e.msgid for e in CATALOGUE.fuzzy_entries()] == []

    def test_says_nothing_twice(self):
        said = [(entry.msgctxt, entry.msgid) for entry in CATALOGUE]
        assert [one for one in said if said.count(one) > 1] == []

    def test_keeps_every_placeholder(self):
        holes = re.compile(r"%\(\w+\)s")
        for entry in CATALOGUE:
            written = entry.msgstr or " ".join(entry.msgstr_plural.values())
            assert set(holes.findall(written)) <= set(
                holes.findall(entry.msgid + entry.msgid_plural)
            )

    def test_has_every_sentence(self):
        known = {entry.msgid for entry in CATALOGUE}
        said = {sentences.GENERAL, *sentences.SENTENCES.values()}
        assert said <= known

    def test_has_everything_that_is_told(self):
        known = {entry.msgid for entry in CATALOGUE}
        told = {*sentences.TOLD.values(), *sentences.IN_LAW.values()}
        assert told - known == set()

    def test_knows_everything_a_page_or_a_message_says(self):
        known = {entry.msgid for entry in CATALOGUE}
        texts = [p.read_text() for p in tree.source()]
        texts += [templatize(p.read_text()) for p in TEMPLATES]
        assert {said for text in texts for said in translated(text)} - known == set()

    def test_writes_chinese_with_chinese_punctuation(self):
        bad = re.compile(r"[一-鿿][,.;:?!](?:\s|$|[一-鿿])")
        assert [e.msgstr for e in CATALOGUE if bad.search(e.msgstr)] == []

    def test_says_you_in_one_way(self):
        assert [e.msgstr for e in CATALOGUE if "您" in e.msgstr + str(e.msgstr_plural)] == []

    def test_has_no_street_talk_and_no_threat(self):
        text = "\n".join(e.msgid + e.msgstr for e in CATALOGUE)
        texts = [text, *(p.read_text() for p in tree.files(".yaml", ".typ", ".html"))]
        assert [word for word in STREET_TALK for text in texts if word in text] == []


class TestARule:
    """Every code the pure rooms can say no with has a sentence, in both languages."""

    def codes(self, pattern: str, *rooms: str) -> set[str]:
        paths = [path for room in rooms for path in (tree.PACKAGE / room).glob("*.py")]
        return {code for path in paths for code in re.findall(pattern, path.read_text())}

    def test_that_refuses_a_plan_has_its_sentence(self):
        refused = self.codes(r'Refusal\(\s*"((?:policy|plan)\.[a-z_.]+)"', "policy")
        assert len(refused) > 25
        assert refused - set(rules.RULES) == set()

    def test_that_limits_authority_has_its_sentence(self):
        limits = {f"policy.authority.{name}" for name in Tier.model_fields if "_max" in name}
        caps = {f"policy.caps.{name}" for name in Caps.model_fields}
        assert (limits | caps) - set(rules.RULES) == set()

    def test_of_the_laws_clocks_has_its_sentence(self):
        raised = self.codes(r'LawError\(\s*"(law\.[a-z_]+)"', "law")
        known = set(sentences.SENTENCES) | {"law.unknown_jurisdiction", "law.series_has_no_value"}
        assert raised - known == set()

    def test_is_said_in_both_languages(self):
        known = {entry.msgid for entry in CATALOGUE}
        assert {rules.GENERAL, *rules.RULES.values(), *rules.HELPS.values()} - known == set()
