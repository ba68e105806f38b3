"""The command line as a person and a program use it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.plans.documents import plan

REPACT = Path(sys.executable).with_name("repact")


def repact(*words, text=""):
    return subprocess.run(
        [str(REPACT), *words], input=text, capture_output=True, text=True, timeout=60
    )


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan()))
    return str(path)


class TestSchedule:
    def test_prints_json(self, file):
        made = repact("schedule", file)
        assert made.returncode == 0
        assert len(json.loads(made.stdout)["rows"]) == 24

    def test_reads_standard_input(self):
        assert repact("schedule", "-", text=json.dumps(plan())).returncode == 0

    def test_prints_a_table_without_color_when_piped(self, file):
        made = repact("schedule", file, "--format", "table", "--lang", "zh")
        assert "本金" in made.stdout
        assert "\x1b[" not in made.stdout

    def test_prints_csv(self, file):
        lines = repact("schedule", file, "--format", "csv").stdout.splitlines()
        assert len(lines) == 25
        assert lines[0].startswith("number,due_date")

    def test_answers_each_line_and_says_which_was_bad(self):
        text = f"{json.dumps(plan())}\n{{}}\n"
        made = repact("schedule", "-", "--lines", text=text)
        good, bad = (json.loads(line) for line in made.stdout.splitlines())
        assert made.returncode == 2
        assert good["rows"]
        assert bad["code"] == "plan.missing"

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("{", "plan.not_json"),
            (json.dumps(plan(principal_minor=-1)), "plan.out_of_range"),
            (json.dumps(plan(principal_minor=1.5)), "plan.wrong_type"),
            (json.dumps(plan(principal_minor=10**12)), "plan.out_of_range"),
        ],
    )
    def test_refuses_with_a_code_and_never_a_traceback(self, text, code):
        made = repact("schedule", "-", text=text)
        assert made.returncode == 2
        assert code in made.stderr
        assert "Traceback" not in made.stderr
        assert made.stdout == ""

    def test_says_that_a_file_is_not_there(self):
        made = repact("schedule", "nowhere.json")
        assert made.returncode == 2
        assert "cli.unreadable_file" in made.stderr

    def test_imports_no_part_of_the_platform(self, file):
        code = (
            "import sys; sys.argv=['repact','schedule',sys.argv[1]]\n"
            "from repact.cli.app import main\n"
            "try: main()\n"
            "except SystemExit: pass\n"
            "bad=[m for m in sys.modules if m.startswith(('django','repact.server'))]\n"
            "assert not bad, bad"
        )
        made = subprocess.run([sys.executable, "-c", code, file], capture_output=True, text=True)
        assert made.returncode == 0, made.stderr


class TestRate:
    FLOWS = {
        "advances": [{"date": "1978-01-10", "amount_minor": 500_000}],
        "payments": [
            {"date": f"{1978 + month // 12}-{month % 12 + 1:02}-10", "amount_minor": 23_000}
            for month in range(1, 25)
        ],
        "unit_period": {"every": 1, "unit": "month"},
    }

    def test_is_printed_as_its_rule_does(self):
        made = repact("rate", "--method", "us-reg-z", "-", text=json.dumps(self.FLOWS))
        assert made.returncode == 0
        assert json.loads(made.stdout) == {
            "method": "us-reg-z",
            "annual_rate_ppm": 96_857,
            "published": "9.69",
        }

    def test_refuses_by_code(self):
        made = repact("rate", "--method", "cn-irr", "-", text=json.dumps(self.FLOWS | {"x": 1}))
        assert made.returncode == 2
        assert json.loads(made.stderr)["code"] == "plan.unknown_key"


class TestVerify:
    def test_accepts_what_schedule_prints(self, file):
        printed = repact("schedule", file).stdout
        for text in (printed, json.dumps(json.loads(printed)["certificate"])):
            made = repact("verify", "-", text=text)
            assert made.returncode == 0
            assert json.loads(made.stdout)["verified"] is True

    def test_names_what_differs(self, file):
        printed = json.loads(repact("schedule", file).stdout)
        printed["totals"]["payment_minor"] -= 1
        made = repact("verify", "-", text=json.dumps(printed))
        assert made.returncode == 2
        assert json.loads(made.stderr) == {
            "code": "plan.certificate_differs",
            "field": "totals",
            "params": {},
        }
