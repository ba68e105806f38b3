"""What a person at a terminal sees, in Chinese or English."""

from __future__ import annotations

import csv
import json
import sys
from typing import Any

from rich.console import Console
from rich.table import Table

from repact.errors import RepactError
from repact.money.currencies import written

COLUMNS = {
    "number": ("期", "No."),
    "due_date": ("还款日", "Due"),
    "payment_minor": ("应还", "Payment"),
    "principal_minor": ("本金", "Principal"),
    "interest_minor": ("利息", "Interest"),
    "penalty_minor": ("罚息", "Penalty"),
    "fees_minor": ("费用", "Fees"),
    "balance_minor": ("剩余本金", "Balance"),
}
TOTAL = ("合计", "Total")


def refuse(error: RepactError, /) -> None:
    """The error as one JSON object on standard error."""
    print(json.dumps(error.as_dict(), ensure_ascii=False), file=sys.stderr)  # noqa: T201


def json_object(value: dict[str, Any], /) -> None:
    """A result on standard output, indented."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def json_line(value: dict[str, Any], /) -> None:
    """A result on one line of standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")


def table(result: dict[str, Any], /, *, currency: str, chinese: bool) -> None:
    """The schedule as a table; plain when the output is not a terminal."""
    language = 0 if chinese else 1
    grid = Table(show_footer=True)
    for name, titles in COLUMNS.items():
        footer = ""
        if name == "number":
            footer = TOTAL[language]
        elif name in result["totals"]:
            footer = written(result["totals"][name], currency)
        justify = "right" if name.endswith("_minor") else "left"
        grid.add_column(titles[language], footer=footer, justify=justify, no_wrap=True)
    for row in result["rows"]:
        grid.add_row(*(_cell(name, row[name], currency) for name in COLUMNS))
    console = Console()
    Console(width=None if console.is_terminal else 110).print(grid)


def comma_separated(result: dict[str, Any], /) -> None:
    """The rows as CSV, amounts in minor units."""
    writer = csv.DictWriter(sys.stdout, fieldnames=list(result["rows"][0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(result["rows"])


def _cell(name: str, value: Any, currency: str) -> str:
    return written(value, currency) if name.endswith("_minor") else str(value)
