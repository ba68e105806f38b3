"""A schedule as a file for people who live in spreadsheets: XLSX and Parquet."""

from __future__ import annotations

import importlib
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

from repact.cli.printing import COLUMNS, TOTAL
from repact.errors import RepactError
from repact.money.currencies import exponent

DISCLOSURE = {
    "annual_rate_nominal_ppm": ("名义年利率", "Nominal annual rate"),
    "annual_rate_effective_ppm": ("实际年利率", "Effective annual rate"),
    "versus_today_minor": ("比今天所欠", "Versus today"),
    "versus_contract_minor": ("比原合同", "Versus contract"),
    "present_value_minor": ("按原利率现值", "Present value at the original rate"),
    "modification_minor": ("现值变动", "Modification"),
}
SHEETS = (("还款计划", "费用披露"), ("Schedule", "Disclosure"))


def write_parquet(result: dict[str, Any], output: Path, /) -> None:
    """The rows, amounts in minor units as 64-bit integers, dates as dates."""
    arrow = _library("pyarrow")
    parquet = _library("pyarrow.parquet")
    rows = [row | {"due_date": date.fromisoformat(row["due_date"])} for row in result["rows"]]
    with _opened(output) as file:
        parquet.write_table(arrow.Table.from_pylist(rows), file)


def write_xlsx(result: dict[str, Any], output: Path, /, *, currency: str, chinese: bool) -> None:
    """Two sheets: the schedule with its totals, and the disclosure; amounts in units.

    No cell is a formula: what is written here was worked out by the engine.
    """
    library = _library("xlsxwriter")
    language = 0 if chinese else 1
    with _opened(output) as file:
        book = library.Workbook(file, {"in_memory": True, "strings_to_formulas": False})
        decimals = "." + "0" * exponent(currency) if exponent(currency) else ""
        formats = {
            "money": book.add_format({"num_format": f"#,##0{decimals}"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "rate": book.add_format({"num_format": "0.0000%"}),
            "head": book.add_format({"bold": True, "bottom": 1}),
        }
        schedule, disclosure = SHEETS[language]
        _write_rows(book.add_worksheet(schedule), result, formats, currency, language)
        _write_disclosure(book.add_worksheet(disclosure), result, formats, currency, language)
        book.close()


def _write_rows(
    sheet: Any, result: dict[str, Any], formats: dict[str, Any], currency: str, language: int
) -> None:
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(COLUMNS), 14)
    last = len(result["rows"]) + 1
    sheet.write_string(last, 0, TOTAL[language], formats["head"])
    for column, (name, titles) in enumerate(COLUMNS.items()):
        sheet.write_string(0, column, titles[language], formats["head"])
        for index, row in enumerate(result["rows"], start=1):
            if name == "due_date":
                day = date.fromisoformat(row[name])
                sheet.write_datetime(index, column, day, formats["date"])
            elif name == "number":
                sheet.write_number(index, column, row[name])
            else:
                sheet.write_number(index, column, _units(row[name], currency), formats["money"])
        if name in result["totals"]:
            amount = _units(result["totals"][name], currency)
            sheet.write_number(last, column, amount, formats["money"])


def _write_disclosure(
    sheet: Any, result: dict[str, Any], formats: dict[str, Any], currency: str, language: int
) -> None:
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 18)
    for index, (name, titles) in enumerate(DISCLOSURE.items()):
        value = result["disclosure"][name]
        sheet.write_string(index, 0, titles[language])
        if value is None:
            sheet.write_string(index, 1, "—")
        elif name.endswith("_ppm"):
            sheet.write_number(index, 1, value / 1_000_000, formats["rate"])
        else:
            sheet.write_number(index, 1, _units(value, currency), formats["money"])


def _units(amount_minor: int, currency: str) -> float:
    """A spreadsheet knows only binary fractions; up to 10^11 minor units none is visible."""
    return amount_minor / 10 ** exponent(currency)


def _library(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise RepactError("cli.library_missing", library=name, extra="repact[server]") from error


def _opened(output: Path) -> Any:
    try:
        return output.open("wb")
    except OSError as error:
        raise RepactError("cli.unwritable_file", field="output", name=str(output)) from error
