"""`repact schedule`: one position, one set of terms, one exact schedule."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from repact.cli import printing, reading
from repact.errors import RepactError
from repact.plans import document, result


class Format(StrEnum):
    """How the result is printed."""

    JSON = "json"
    TABLE = "table"
    CSV = "csv"


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
    lang: Annotated[Language, typer.Option("--lang", help="Language of headings.")] = Language.EN,
) -> None:
    """Print the exact schedule of a plan document."""
    if lines:
        raise typer.Exit(_each_line(file))
    answer = result.as_json(document.parse(reading.whole(file)))
    match style:
        case Format.JSON:
            printing.json_object(answer)
        case Format.TABLE:
            printing.table(answer, chinese=lang is Language.ZH)
        case Format.CSV:
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
