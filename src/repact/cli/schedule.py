"""`repact schedule`: one position, one set of terms, one exact schedule."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from repact.cli import printing
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
    answer = result.as_json(document.parse(_read(file)))
    match style:
        case Format.JSON:
            _print(answer, indent=2)
        case Format.TABLE:
            printing.table(answer, chinese=lang is Language.ZH)
        case Format.CSV:
            printing.comma_separated(answer)


def _each_line(file: str) -> int:
    """Print one result or error for each line; 2 when any line was bad."""
    worst = 0
    for line in _lines(file):
        try:
            _print(result.as_json(document.parse(line)))
        except RepactError as error:
            worst = 2
            _print(error.as_dict())
    return worst


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read(document.DOCUMENT_BYTES_MAX + 1)
    try:
        with Path(file).open("rb") as opened:
            return opened.read(document.DOCUMENT_BYTES_MAX + 1)
    except OSError as error:
        raise RepactError("cli.unreadable_file", field="file", name=file) from error


def _lines(file: str) -> Iterator[bytes]:
    if file == "-":
        yield from (line for line in sys.stdin.buffer if line.strip())
        return
    try:
        with Path(file).open("rb") as opened:
            yield from (line for line in opened if line.strip())
    except OSError as error:
        raise RepactError("cli.unreadable_file", field="file", name=file) from error


def _print(value: dict[str, Any], *, indent: int | None = None) -> None:
    separators = None if indent else (",", ":")
    text = json.dumps(value, ensure_ascii=False, indent=indent, separators=separators)
    sys.stdout.write(text + "\n")
