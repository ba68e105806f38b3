"""`repact policy ...`: what the law says, what a lender allows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from repact.cli import policy_words, printing, reading
from repact.cli.law import day, law
from repact.cli.schedule import Language
from repact.law import catalogue
from repact.policy import checking, loading, schema
from repact.policy.loading import LoadedPolicy, PolicyError

app = typer.Typer(help="What the law says, and what a lender allows.", no_args_is_help=True)
app.command("law")(law)
LEVELS = {
    Language.ZH: {"error": "错误", "warning": "提醒"},
    Language.EN: {"error": "error", "warning": "warning"},
}
CLEAN = {Language.ZH: "没有问题", Language.EN: "nothing to mend"}
Speak = Annotated[Language, typer.Option("--lang", help="Language of the words.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
BAD_INPUT = 2


@app.callback()
def policy() -> None:
    """Keep the name of a sub-command needed."""


@app.command("check")
def check(
    *,
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Policies, or - .")],
    at: Annotated[str | None, typer.Option("--at", help="The day; else its first one.")] = None,
    json: AsJson = False,
    lang: Speak = Language.EN,
) -> None:
    """Find gaps and contradictions, each with its line and rule; exit 2 on an error."""
    on = day(at) if at else None
    found = {file: list(_problems(file, on)) for file in files}
    if json:
        printing.json_object({"files": found})
    else:
        for file, problems in found.items():
            _print_problems(file, problems, lang)
    if any(problem["level"] == "error" for problems in found.values() for problem in problems):
        raise typer.Exit(BAD_INPUT)


@app.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of a policy."""
    printing.json_object(schema.json_schema())


@app.command("show")
def show(
    *,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A policy, or - .")],
    json: AsJson = False,
    lang: Speak = Language.EN,
) -> None:
    """Show a policy with everything it leaves to a default, and the hash it is known by."""
    loaded = _loaded(file)
    content = loaded.policy.model_dump(mode="json")
    if json:
        printing.json_object({"sha256": loaded.sha256, "policy": content})
        return
    title = loaded.policy.name["zh" if lang is Language.ZH else "en"]
    table = Table("", "", title=f"{title} · {loaded.sha256[:16]}", show_header=False)
    for name, value in _flat(content, ""):
        table.add_row(name, value)
    console = Console()
    Console(width=None if console.is_terminal else 200).print(table)


def _problems(file: str, on: date | None) -> Iterable[Mapping[str, Any]]:
    try:
        loaded = _loaded(file)
    except PolicyError as error:
        line = error.params.get("line")
        whole = {"rule_id": error.code, "level": "error", "field": "", "line": line, "params": {}}
        yield from error.params.get("problems", [whole])
        return
    law = catalogue.load(loaded.policy.jurisdiction)
    for problem in checking.check(loaded, law, on=on or loaded.policy.effective_from):
        yield problem.as_dict()


def _loaded(file: str) -> LoadedPolicy:
    try:
        return loading.parse(reading.whole(file).decode("utf-8"))
    except UnicodeDecodeError as error:
        raise PolicyError("policy.not_yaml") from error


def _print_problems(file: str, problems: list[Mapping[str, Any]], lang: Language) -> None:
    name = "-" if file == "-" else Path(file).name
    for problem in problems:
        words = policy_words.sentence(problem, chinese=lang is Language.ZH)
        place = ":".join(str(part) for part in (name, problem["line"]) if part)
        head = f"{place} {LEVELS[lang][problem['level']]} {problem['rule_id']}"
        typer.echo(f"{head} {problem['field']} {words}".replace("  ", " "))
    if not problems:
        typer.echo(f"{name} {CLEAN[lang]}")


def _flat(value: Any, name: str) -> Iterable[tuple[str, str]]:
    """A nested document as dotted names and plain values; a list of plain values on one line."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(item, f"{name}.{key}" if name else key)
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        for index, item in enumerate(value):
            yield from _flat(item, f"{name}.{index}")
    else:
        listed = value if isinstance(value, list) else [value]
        yield name, ", ".join("" if item is None else str(item) for item in listed)
