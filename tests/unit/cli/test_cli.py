"""The command line as a person and a program use it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from pyarrow import parquet

from tests.unit.plans.documents import plan

REPACT = Path(sys.executable).with_name("repact")


def repact(*words, text="", settings=""):
    return subprocess.run(
        [str(REPACT), *words],
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        env=environment(settings),
    )


def environment(settings):
    """The shell's, with these settings and none of the lender's."""
    said = {k: v for k, v in os.environ.items() if not k.startswith(("REPACT_", "DJANGO_"))}
    return said | ({"DJANGO_SETTINGS_MODULE": settings} if settings else {})


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


class TestExplain:
    def test_says_why_in_both_languages(self, file):
        english = repact("explain", file, "--row", "12").stdout
        assert english.startswith("payment ")
        assert "× 18% a year × 1/12 of a year" in english
        assert "年利率 18%" in repact("explain", file, "--row", "12", "--lang", "zh").stdout
        assert "versus today" in repact("explain", file).stdout

    def test_prints_one_figure_as_json(self, file):
        words = ("explain", file, "--row", "2", "--figure", "balance", "--format", "json")
        steps = json.loads(repact(*words).stdout)["steps"]
        assert [step["figure"] for step in steps] == ["balance"]

    @pytest.mark.parametrize(
        ("words", "code"),
        [
            (("--row", "25"), "plan.no_such_row"),
            (("--row", "1", "--figure", "x"), "cli.no_such_figure"),
        ],
    )
    def test_refuses_what_does_not_exist(self, file, words, code):
        made = repact("explain", file, *words)
        assert made.returncode == 2
        assert json.loads(made.stderr)["code"] == code


class TestPlan:
    def wish(self, **target):
        data = plan()
        return json.dumps(data | {"target": target})

    def test_finds_the_fewest_payments_below_an_amount(self):
        made = json.loads(repact("plan", "-", text=self.wish(payment_max_minor=80_000)).stdout)
        assert made["value"] == len(made["rows"]) == 42
        assert max(row["payment_minor"] for row in made["rows"]) <= 80_000

    def test_says_with_exit_code_3_that_no_plan_fits(self):
        made = repact("plan", "-", text=self.wish(payment_max_minor=10))
        assert made.returncode == 3
        assert json.loads(made.stderr)["code"] == "plan.no_plan_fits"

    def test_refuses_two_targets(self):
        wish = self.wish(payment_max_minor=80_000, total_max_minor=9)
        assert json.loads(repact("plan", "-", text=wish).stderr)["code"] == "plan.one_target"


class TestSpreadsheets:
    def test_parquet_keeps_minor_units_and_dates(self, file, tmp_path):
        path = tmp_path / "plan.parquet"
        made = repact("schedule", file, "--format", "parquet", "--output", str(path))
        assert made.returncode == 0
        table = parquet.read_table(path)
        assert str(table.schema.field("payment_minor").type) == "int64"
        assert str(table.schema.field("due_date").type) == "date32[day]"
        assert table.num_rows == 24

    @pytest.mark.parametrize(("lang", "head"), [("zh", "还款日"), ("en", "Due")])
    def test_xlsx_has_typed_cells_and_no_formula(self, file, tmp_path, lang, head):
        path = tmp_path / "plan.xlsx"
        words = ("--format", "xlsx", "--output", str(path), "--lang", lang)
        assert repact("schedule", file, *words).returncode == 0
        with zipfile.ZipFile(path) as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
            strings = book.read("xl/sharedStrings.xml").decode()
        assert head in strings
        assert "<f>" not in sheet
        assert "<v>45323</v>" in sheet  # 2024-02-01, as a spreadsheet counts days
        assert "<v>599.09</v>" in sheet

    @pytest.mark.parametrize(
        ("words", "code"),
        [
            (("--format", "xlsx"), "cli.output_is_for_files"),
            (("--output", "x.csv", "--format", "csv"), "cli.output_is_for_files"),
            (("--lines", "--format", "table"), "cli.lines_are_json"),
            (("--format", "parquet", "--output", "/nowhere/at/all"), "cli.unwritable_file"),
        ],
    )
    def test_refuses_by_code(self, file, words, code):
        made = repact("schedule", file, *words)
        assert made.returncode == 2
        assert json.loads(made.stderr)["code"] == code


class TestPolicyLaw:
    def test_lists_the_law_of_a_day(self):
        words = ("policy", "law", "--jurisdiction", "cn", "--at", "2026-07-31", "--format", "json")
        made = json.loads(repact(*words).stdout)
        assert "CN-COST-2026-2" not in {entry["id"] for entry in made["entries"]}
        later = json.loads(repact(*words[:-3], "2026-08-01", *words[-2:]).stdout)
        assert "CN-COST-2026-2" in {entry["id"] for entry in later["entries"]}

    @pytest.mark.parametrize(("lang", "word"), [("zh", "未核实"), ("en", "unconfirmed")])
    def test_says_what_is_unconfirmed(self, lang, word):
        words = ("policy", "law", "--jurisdiction", "uk", "--at", "2026-11-24", "--lang", lang)
        assert word in repact(*words).stdout

    def test_refuses_what_is_no_day_or_no_place(self):
        for words in (("cn", "soon"), ("xx", "2026-01-01")):
            made = repact("policy", "law", "--jurisdiction", words[0], "--at", words[1])
            assert made.returncode == 2


class TestTheServersCommands:
    """In processes of their own: one that has set Django up before would hide what is missing."""

    @pytest.mark.parametrize(
        "words",
        [("reconcile",), ("verify-ledger",), ("import", "core"), ("fineract", "preview", "C")],
    )
    def test_say_what_is_not_configured(self, words):
        said = repact("server", *words, settings="repact.server.config.settings")
        assert (said.returncode, said.stdout) == (2, "")
        assert json.loads(said.stderr)["code"] == "cli.not_configured"

    def test_load_the_rooms_after_django(self, tmp_path):
        code = "from repact.cli import server; print(server._connecting().reconcile.__name__)"
        said = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            timeout=60,
            env=environment("repact.sandbox.settings") | {"REPACT_VAR": str(tmp_path)},
        )
        assert said.stdout == "reconcile\n", said.stderr
