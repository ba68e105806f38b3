"""The documents say what is so."""

from __future__ import annotations

import importlib
import re

import pytest

from repact.server.loans import rows
from repact.server.people import doors
from tests.tidy import tree

PAGES = tree.files(".md")
MAKE = set(re.findall(r"^([a-z-]+):", (tree.ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=tree.named)
class TestAPage:
    def test_links_only_to_what_is_there(self, page):
        links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text())
        assert [link for link in links if not (page.parent / link).exists()] == []

    def test_names_only_make_targets_that_exist(self, page):
        assert set(re.findall(r"`make ([a-z-]+)", page.read_text())) <= MAKE

    def test_names_only_commands_that_exist(self, page):
        from repact.cli import app

        known = app.words()
        line = re.compile(r"(?:^ *(?:\.venv/bin/)?|`)repact ([a-z][a-z -]*[a-z])", re.MULTILINE)
        named = line.findall(page.read_text())
        for words in named:
            assert any(words == k or words.startswith(f"{k} ") for k in known), words


def test_the_readmes_are_twins():
    english, chinese = ((tree.ROOT / n).read_text() for n in ("README.md", "README.zh-CN.md"))
    code = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
    strip = lambda text: [re.sub(r"#.*", "", block) for block in code.findall(text)]  # noqa: E731
    assert strip(english) == strip(chinese)
    heading = re.compile(r"^#+ ", re.MULTILINE)
    assert len(heading.findall(english)) == len(heading.findall(chinese))


def test_every_term_of_the_glossary_has_both_languages():
    lines = (tree.ROOT / "GLOSSARY.md").read_text().splitlines()
    terms = [line.split("|")[1:-1] for line in lines if line.startswith("| ") and "---" not in line]
    assert len(terms) > 60
    for english, chinese, meaning in terms:
        assert english.strip()
        assert meaning.strip()
        assert re.search(r"[一-鿿]", chinese) or chinese.strip() == "中文"


def test_every_decision_is_one_page_in_order():
    found = sorted((tree.ROOT / "docs" / "adr").glob("*.md"))
    assert [int(path.name[:4]) for path in found] == list(range(1, len(found) + 1))
    for path in found:
        text = path.read_text()
        assert text.startswith(f"# {int(path.name[:4])} · ")
        assert all(f"## {part}" in text for part in ("Context", "Decision", "Consequences"))
        assert len(text.split()) < 600


def test_the_import_reference_names_every_column():
    text = (tree.ROOT / "docs" / "reference" / "loan-book.md").read_text()
    assert re.findall(r"^\| `(\w+)`", text, re.MULTILINE) == list(rows.COLUMNS)


def test_the_permission_table_is_the_one_in_the_code():
    for path in tree.files(".py"):
        if "\n@doors.action(" in path.read_text() and (tree.PACKAGE / "server") in path.parents:
            room = path.relative_to(tree.PACKAGE.parent).with_suffix("")
            importlib.import_module(".".join(room.parts))

    text = (tree.ROOT / "docs" / "reference" / "permissions.md").read_text()
    written = dict(re.findall(r"^\| `([\w.]+)` \| ([\w, ]+) \|", text, re.MULTILINE))
    made = {name: ", ".join(sorted(roles)) for name, roles in doors.permissions().items()}
    assert written == made
