"""`repact policy check`, `schema` and `show`, as a person and a program use them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

REPACT = Path(sys.executable).with_name("repact")
POLICIES = Path(__file__).resolve().parents[3] / "policies"
CARD = POLICIES / "demo-card.yaml"


def repact(*words, text=""):
    return subprocess.run(
        [str(REPACT), "policy", *map(str, words)],
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
    )


class TestCheck:
    def test_finds_nothing_in_the_samples(self):
        made = repact("check", *sorted(POLICIES.glob("*.yaml")), "--at", "2026-11-25")
        assert made.returncode == 0
        assert made.stdout.count("nothing to mend") == 3

    def test_names_file_line_rule_and_field_in_both_languages(self, tmp_path):
        text = CARD.read_text(encoding="utf-8").replace("offers: {days: 10,", "offers: {days: 20,")
        file = tmp_path / "mine.yaml"
        file.write_text(text, encoding="utf-8")
        line = next(n for n, words in enumerate(text.splitlines(), 1) if "{days: 20" in words)
        made = repact("check", file)
        assert made.returncode == 2
        begin = f"mine.yaml:{line} error policy.offer_outlives_notice offers.days An offer"
        assert made.stdout.startswith(begin)
        assert "方案有效 20 天" in repact("check", file, "--lang", "zh").stdout

    def test_exits_well_when_there_are_only_warnings(self):
        made = repact("check", CARD, "--at", "2027-12-31")
        assert (made.returncode, "policy.pool_ended" in made.stdout) == (0, True)

    @pytest.mark.parametrize(
        ("text", "rule"),
        [
            ("a: [", "policy.not_yaml"),
            ("a: 1\na: 2", "policy.key_twice"),
            ("version: 2", "policy.missing"),
            ("#" * 300_000, "policy.too_long"),
        ],
    )
    def test_lists_what_makes_a_text_unreadable(self, text, rule):
        made = repact("check", "-", "--json", text=text)
        (problems,) = json.loads(made.stdout)["files"].values()
        assert made.returncode == 2
        assert rule in {problem["rule_id"] for problem in problems}

    def test_refuses_what_is_no_text_and_no_file(self, tmp_path):
        file = tmp_path / "x.yaml"
        file.write_bytes(b"\xff\xfe")
        assert "policy.not_yaml" in repact("check", file).stdout
        missing = repact("check", tmp_path / "none.yaml")
        assert missing.returncode == 2
        assert json.loads(missing.stderr)["code"] == "cli.unreadable_file"


class TestSchemaAndShow:
    def test_print_what_a_program_can_read(self):
        assert json.loads(repact("schema").stdout)["properties"]["version"]["const"] == 2
        shown = json.loads(repact("show", CARD, "--json").stdout)
        assert shown["policy"]["products"][0]["months_max"] == 60
        assert len(shown["sha256"]) == 64

    def test_show_a_table_in_the_readers_language(self):
        assert "信用卡个性化分期" in repact("show", CARD, "--lang", "zh").stdout

    def test_refuse_to_show_what_is_wrong(self):
        made = repact("show", "-", text="version: 2")
        assert made.returncode == 2
        assert json.loads(made.stderr)["code"] == "policy.invalid"
