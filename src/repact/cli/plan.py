"""`repact plan`: the plan that meets a target, found exactly."""

from __future__ import annotations

from typing import Annotated

import typer

from repact.cli import printing, reading
from repact.plans import result
from repact.plans.document import Document, read_json, validate
from repact.plans.wish import Wish, meet


def plan(
    file: Annotated[str, typer.Argument(help="A wish for a plan, or - for standard input.")],
) -> None:
    """Find the plan that meets a target by changing one parameter; exit code 3 when none does."""
    wish = validate(Wish, read_json(reading.whole(file)))
    found = meet(wish)
    printing.json_object(
        {"free": wish.free, "value": found.value, "terms": found.terms.as_json()}
        | result.as_json(Document(position=wish.position, terms=found.terms))
    )
