"""Every sub-command. Exit codes: 0 ok, 2 bad input, 3 no plan fits, 4 an invariant is broken."""

from __future__ import annotations

import importlib
import sys

import typer

from repact.cli import printing, schedule
from repact.errors import RepactError
from repact.plans.errors import InvariantError

OK, BAD_INPUT, NO_PLAN_FITS, INVARIANT_BROKEN = 0, 2, 3, 4

app = typer.Typer(
    name="repact",
    help="Negotiated repayment: exact plans, and the platform to agree on them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("schedule")(schedule.schedule)

# These need Django, which a plan does not: they are loaded only when named.
_PLATFORM = {"server": "repact.cli.server", "demo": "repact.cli.demo"}


def main() -> None:
    """Run the command line; every refusal is a coded error, never a traceback."""
    named = next((word for word in sys.argv[1:] if not word.startswith("-")), None)
    for name, module in _PLATFORM.items():
        if named in {name, None}:
            app.add_typer(importlib.import_module(module).app, name=name)
    try:
        app()
    except InvariantError as error:
        printing.refuse(error)
        sys.exit(INVARIANT_BROKEN)
    except RepactError as error:
        printing.refuse(error)
        sys.exit(BAD_INPUT)
