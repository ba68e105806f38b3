"""`repact schedule`: one position, one set of terms, one exact schedule."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from repact.cli import printing, reading, spreadsheets
from repact.errors import RepactError
from repact.plans import document, result


class Format(StrEnum):
    """How the result is printed."""

    JSON = "json"
    TABLE = "table"
    CSV = "csv"
    PARQUET = "parquet"
    XLSX = "xlsx"


FILES = {Format.PARQUET, Format.XLSX}


class Language(StrEnum):
    """The language of headings."""

    ZH = "zh"
    EN = "en"


def schedule(
    file: Annotated[str, typer.Argument(help="A plan document, or - for standard input.")],
    *,
    lines: Annotated[
        bool, typer.Option("--lines", help="One document a line, one result a line.")
    ] = False,
    style: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.JSON,
    output: Annotated[
        Path | None, typer.Option("--output", help="Where parquet and xlsx are written.")
    ] = None,
    lang: Annotated[Language, typer.Option("--lang", help="Language of headings.")] = Language.EN,
) -> None:
    """Print the exact schedule of a plan document."""
    if lines:
        if style is not Format.JSON:
            raise RepactError("cli.lines_are_json", field="format")
        raise typer.Exit(_each_line(file))
    if (output is None) is (style in FILES):
        raise RepactError("cli.output_is_for_files", field="output", formats=sorted(FILES))
    made = document.parse(reading.whole(file))
    answer, currency = result.as_json(made), made.position.currency
    if output and style is Format.PARQUET:
        spreadsheets.write_parquet(answer, output)
    elif output:
        spreadsheets.write_xlsx(answer, output, currency=currency, chinese=lang is Language.ZH)
    else:
        _print(answer, style, currency, chinese=lang is Language.ZH)


def _print(answer: dict[str, Any], style: Format, currency: str, *, chinese: bool) -> None:
    match style:
        case Format.JSON:
            printing.json_object(answer)
        case Format.TABLE:
            printing.table(answer, currency=currency, chinese=chinese)
        case _:
            printing.comma_separated(answer)


def _each_line(file: str) -> int:
    """Print one result or error for each line; 2 when any line was bad."""
    worst = 0
    for line in reading.lines(file):
        try:
            printing.json_line(result.as_json(document.parse(line)))
        except RepactError as error:
            worst = 2
            printing.json_line(error.as_dict())
    return worst
