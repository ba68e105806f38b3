"""Every sub-command. Exit codes: 0 ok, 2 bad input, 3 no plan fits, 4 an invariant is broken."""

from __future__ import annotations

import importlib
import sys

import typer

from repact.cli import printing
from repact.errors import RepactError
from repact.plans.errors import InvariantError

# The engine's commands, each a module of this room with a function of its name: loaded when named.
ENGINE = ("schedule", "plan", "explain", "verify", "rate")
GROUPS = ("policy",)
OK, BAD_INPUT, NO_PLAN_FITS, INVARIANT_BROKEN = 0, 2, 3, 4

app = typer.Typer(
    name="repact",
    help="Negotiated repayment: exact plans, and the platform to agree on them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def repact() -> None:
    """Keep the name of a sub-command needed even where only one is loaded."""


def words() -> set[str]:
    """Every sub-command, as it is typed."""
    _add_commands([])
    named = {str(c.name or c.callback.__name__) for c in app.registered_commands if c.callback}
    groups = [(str(g.name), g.typer_instance) for g in app.registered_groups]
    while groups:
        name, group = groups.pop()
        if group is None:
            continue
        named |= {f"{name} {c.name}" for c in group.registered_commands}
        groups += [(f"{name} {g.name}", g.typer_instance) for g in group.registered_groups]
    return named


def main() -> None:
    """Run the command line; every refusal is a coded error, never a traceback."""
    _add_commands(sys.argv[1:])
    try:
        app()
    except InvariantError as error:
        printing.refuse(error)
        sys.exit(INVARIANT_BROKEN)
    except RepactError as error:
        printing.refuse(error)
        sys.exit(NO_PLAN_FITS if error.code == "plan.no_plan_fits" else BAD_INPUT)


def _add_commands(words: list[str]) -> None:
    """Add the command that was named; all of them when none was, as for help."""
    named = next((word for word in words if not word.startswith("-")), None)
    known = named in {*ENGINE, *GROUPS}
    for name in ENGINE:
        if not known or name == named:
            app.command(name)(getattr(importlib.import_module(f"repact.cli.{name}"), name))
    for name in GROUPS:
        if not known or name == named:
            app.add_typer(importlib.import_module(f"repact.cli.{name}").app, name=name)
    if not known:
        app.command("demo")(importlib.import_module("repact.cli.demo").demo)
        app.add_typer(importlib.import_module("repact.cli.server").app, name="server")
