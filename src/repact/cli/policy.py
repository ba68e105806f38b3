"""`repact policy ...`: what the law says, what a lender allows."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from repact.cli import printing
from repact.cli.schedule import Language
from repact.errors import RepactError
from repact.law import catalogue

app = typer.Typer(help="What the law says, and what a lender allows.", no_args_is_help=True)
TITLES = {
    Language.ZH: ("编号", "含义", "数值", "起", "止", "作用", "出处", "把握"),
    Language.EN: ("Id", "Meaning", "Value", "From", "To", "Action", "Reference", "Confidence"),
}
UNCONFIRMED = {Language.ZH: "未核实", Language.EN: "unconfirmed"}


@app.callback()
def policy() -> None:
    """Keep the name of a sub-command needed."""


@app.command("law")
def law(
    *,
    jurisdiction: Annotated[str, typer.Option("--jurisdiction", help="cn, uk, eu, ...")],
    at: Annotated[str, typer.Option("--at", help="The day, as 2026-11-24.")],
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the words.")] = Language.EN,
) -> None:
    """List the law of a day: each entry dated, cited, and with how sure we are of it."""
    made = catalogue.load(jurisdiction)
    entries = [entry for entry in made.entries if entry.in_force(_day(at))]
    if json:
        listed = [_as_json(entry) for entry in entries]
        printing.json_object({"sha256": made.sha256, "entries": listed})
        return
    table = Table(*TITLES[lang])
    for entry in entries:
        table.add_row(*_cells(entry, lang))
    console = Console()
    Console(width=None if console.is_terminal else 200).print(table)


def _cells(entry: catalogue.Entry, lang: Language) -> tuple[str, ...]:
    sure = f"{entry.confidence} ({UNCONFIRMED[lang]})" if entry.is_unconfirmed else entry.confidence
    return (
        entry.id,
        entry.meaning.zh if lang is Language.ZH else entry.meaning.en,
        f"{entry.value} {entry.unit}",
        entry.effective_from.isoformat() if entry.effective_from else "",
        entry.effective_to.isoformat() if entry.effective_to else "",
        entry.effective_action,
        entry.reference,
        sure,
    )


def _as_json(entry: catalogue.Entry) -> dict[str, Any]:
    facts = entry.model_dump(mode="json")
    return facts | {"unconfirmed": entry.is_unconfirmed, "action": entry.effective_action}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RepactError("cli.not_a_date", field="at", value=text) from error
