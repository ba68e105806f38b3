"""`repact explain`: why a number is what it is."""

from __future__ import annotations

import sys
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any

import typer

from repact.cli import printing, reading
from repact.cli.schedule import Language
from repact.errors import RepactError
from repact.plans import document, wording
from repact.plans.formulas import Step
from repact.plans.trace import Trace


class Format(StrEnum):
    """How it is printed."""

    TEXT = "text"
    JSON = "json"


def explain(
    file: Annotated[str, typer.Argument(help="A plan document, or - for standard input.")],
    *,
    row: Annotated[int | None, typer.Option("--row", help="The row to explain.")] = None,
    figure: Annotated[
        str | None, typer.Option("--figure", help="One figure: interest, balance, ...")
    ] = None,
    style: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.TEXT,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the words.")] = Language.EN,
) -> None:
    """Explain every number of a row, or the totals and the disclosure."""
    made = document.parse(reading.whole(file))
    trace = Trace(made.position, made.terms)
    steps = _chosen(trace.whole() if row is None else trace.row(row), figure)
    currency = made.position.currency
    if style is Format.JSON:
        printing.json_object({"steps": [_as_json(step) for step in steps]})
        return
    for step in steps:
        for line in wording.told(step, currency=currency, language=lang.value):
            sys.stdout.write(f"{line}\n")


def _chosen(steps: tuple[Step, ...], figure: str | None) -> list[Step]:
    """The steps, or those of one figure, wherever in them it stands."""
    if figure is None:
        return list(steps)
    found = [one for step in steps for one in _walk(step) if one.figure == figure]
    if not found:
        known = sorted({one.figure for step in steps for one in _walk(step)})
        raise RepactError("cli.no_such_figure", field="figure", known=known)
    return found[:1]


def _walk(step: Step) -> list[Step]:
    return [step, *(one for part in step.parts for one in _walk(part))]


def _as_json(step: Step) -> dict[str, Any]:
    return {
        "figure": step.figure,
        "formula": step.formula,
        "result": step.result,
        "inputs": {name: _plain(value) for name, value in step.inputs.items()},
        "parts": [_as_json(part) for part in step.parts],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, date | Fraction):
        return str(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
