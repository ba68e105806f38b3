"""Plant one bug at a time in a copy of the engine and see the tests catch it.

usage: plant_bugs.py [NUMBER ...]. Exit code 1 when a bug survives or no longer fits the code.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
TESTS = ("tests/unit/money", "tests/unit/dates", "tests/unit/plans", "tests/spec")


class Bug(NamedTuple):
    """What is right, and what somebody might write instead."""

    file: str
    right: str
    wrong: str


BUGS = (
    Bug("money/rounding.py", "(2 * numerator + denominator) // (2", "(2 * numerator) // (2"),
    Bug("money/rounding.py", "quotient % 2)", "quotient % 2 == 0)"),
    Bug("money/split.py", "[total_minor - part * (count - 1)]", "[part]"),
    Bug(
        "money/split.py",
        "total_minor * weights[i] % whole), i)",
        "total_minor * weights[i] % whole), -i)",
    ),
    Bug("dates/day_count.py", "min(end.day, 30) if first == 30 else end.day", "min(end.day, 30)"),
    Bug("dates/day_count.py", '"ACT/364": 364', '"ACT/364": 365'),
    Bug(
        "dates/day_count.py",
        "leap_days * _COMMON + common_days * _LEAP",
        "leap_days * _LEAP + common_days * _COMMON",
    ),
    Bug(
        "dates/frequency.py",
        "min(anchor, _month_days(year, month))",
        "min(first.day, _month_days(year, month))",
    ),
    Bug(
        "dates/frequency.py", "year += (month - 1) // _YEAR_MONTHS", "year += month // _YEAR_MONTHS"
    ),
    Bug(
        "plans/periods.py",
        "measure.from_date <= day < measure.to_date",
        "measure.from_date <= day <= measure.to_date",
    ),
    Bug(
        "plans/periods.py", "since <= measure.from_date <= day", "since < measure.from_date <= day"
    ),
    Bug("plans/periods.py", "whole = (recurrence.every, 12)", "whole = (1, 12)"),
    Bug(
        "plans/annuity.py", "balance * grown - balloon * plain", "balance * grown - balloon * grown"
    ),
    Bug("plans/annuity.py", "up * numerator", "numerator"),
    Bug(
        "plans/measures.py",
        'standing.owed["principal"] += amount',
        'standing.owed["principal"] += amount + 1',
    ),
    Bug("plans/measures.py", "if amount > of:", "if amount > of + 1:"),
    Bug("plans/measures.py", 'if waive.vests == "now":', 'if waive.vests != "on_completion":'),
    Bug("plans/rows.py", "part = balance\n", "part = min(balance, amount)\n"),
    Bug("plans/rows.py", "elif not 0 <= part <= balance", "elif not -1 <= part <= balance"),
    Bug("plans/rows.py", 'if holiday.interest == "accrue":', 'if holiday.interest != "freeze":'),
    Bug(
        "plans/rows.py",
        'for component in ("fees", "penalty", "interest", "principal")',
        'for component in ("principal", "fees", "penalty", "interest")',
    ),
    Bug("plans/rows.py", "if i not in self._resting", "if True"),
    Bug(
        "plans/schedule.py",
        "rows.columns[component][0] += standing.owed[component]",
        "rows.columns[component][-1] += standing.owed[component]",
    ),
    Bug(
        "plans/schedule.py",
        "spread(amount, min(carry.count or count, count))",
        "spread(amount, count)",
    ),
    Bug("plans/schedule.py", "calendar.following(day) for day in dates", "day for day in dates"),
    Bug("plans/laws.py", "limit, unit = last.count + 1, 1", "limit, unit = 10**9, 1"),
    Bug(
        "plans/laws.py",
        'if totals.fees_minor != owed["fees"]',
        'if totals.fees_minor < owed["fees"]',
    ),
    Bug(
        "plans/disclosure.py",
        "- apply(position, terms).waived_now",
        "- apply(position, terms).waived",
    ),
    Bug(
        "plans/disclosure.py",
        "- position.principal_minor - position.interest_minor",
        "- position.principal_minor",
    ),
    Bug(
        "plans/annual_rates.py",
        "return lowest if lowest == highest <= _HIGHEST_PPM else None",
        "return highest",
    ),
    Bug("plans/annual_rates.py", "moments += count * whole", "moments += whole"),
    Bug("plans/rate_times.py", "more * length + (left - start).days", "(left - start).days"),
    Bug("plans/rate_times.py", "YEAR_DAYS + leap", "YEAR_DAYS"),
    Bug("plans/certificate.py", "if type(one) is not type(other):", "if False:"),
    Bug("plans/creditors.py", "(debt.id != designated, not debt.due,", "(not debt.due,"),
    Bug("plans/consolidation.py", "if balances[name]:\n", "if True:\n"),
    Bug("plans/search.py", "bottom = middle + 1", "bottom = middle + 2"),
    Bug("plans/servicing/live.py", "self.late_until = on", "self.late_until = self.due_date"),
    Bug(
        "plans/servicing/live.py",
        "min(amount, self.due[index] - self.paid[index])",
        "min(amount, self.due[index])",
    ),
    Bug(
        "plans/servicing/fold.py",
        "in_time = on <= row.due_date + grace",
        "in_time = on < row.due_date + grace",
    ),
    Bug(
        "plans/servicing/fold.py",
        "self.conduct.grace_days + self.conduct.cure_days + 1",
        "self.conduct.grace_days + self.conduct.cure_days",
    ),
    Bug(
        "plans/servicing/closing.py",
        "not_earned += row.charge_minor",
        "not_earned += 0 * row.charge_minor",
    ),
    Bug(
        "plans/servicing/prepayment.py",
        "balance - principal - freed, excess",
        "balance - principal, excess",
    ),
    Bug(
        "plans/servicing/replay.py",
        "key=lambda event: event.on)",
        "key=lambda event: (event.on, event.id))",
    ),
    Bug("plans/servicing/replay.py", "if asked > received:", "if asked >= received:"),
    Bug("plans/servicing/compensation.py", "(after, 1)", "(before, 1)"),
)


def main(chosen: list[int]) -> int:
    """Plant each bug; the number of those that were not caught."""
    survived = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = checkout(Path(folder) / "copy")
        for number, bug in enumerate(BUGS, start=1):
            if chosen and number not in chosen:
                continue
            verdict = _planted(copy, bug)
            survived += verdict != "caught"
            print(f"{number:2} {verdict:9} {bug.file}: {bug.wrong.strip()}", flush=True)
    return survived


def checkout(folder: Path) -> Path:
    """A copy of the tree, so that tests and code belong together whatever is edited meanwhile."""
    ignored = shutil.ignore_patterns(".git", ".venv*", "var", ".*_cache", ".hypothesis")
    return Path(shutil.copytree(ROOT, folder, ignore=ignored))


def _planted(copy: Path, bug: Bug) -> str:
    path = copy / "src" / "repact" / bug.file
    text = path.read_text(encoding="utf-8")
    if text.count(bug.right) < 1:
        return "NO PLACE"
    path.write_text(text.replace(bug.right, bug.wrong, 1), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "--tb=no", *TESTS]
    environment = os.environ | {"PYTHONPATH": str(copy / "src"), "REPACT_EXAMPLES": "200"}
    try:
        ran = subprocess.run(
            [*command, "tests/generative"],
            cwd=copy,
            env=environment,
            capture_output=True,
            check=False,
            timeout=600,
        )
    finally:
        path.write_text(text, encoding="utf-8")
    return "caught" if ran.returncode == 1 else "SURVIVED"


if __name__ == "__main__":
    sys.exit(min(main([int(word) for word in sys.argv[1:]]), 1))
