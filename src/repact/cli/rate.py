"""`repact rate`: what flows of money cost a year, by the rule of a place."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from repact.cli import printing, reading
from repact.plans.document import read_json, validate
from repact.plans.rate_document import RateDocument
from repact.plans.rate_methods import annual_rate


class Method(StrEnum):
    """The rules, by name."""

    US_REG_Z = "us-reg-z"
    EU_APR = "eu-apr"
    CN_IRR = "cn-irr"
    CN_SIMPLE = "cn-simple"
    XIRR = "xirr"


def rate(
    file: Annotated[str, typer.Argument(help="Advances and payments, or - for standard input.")],
    *,
    method: Annotated[Method, typer.Option("--method", help="The rule to follow.")],
) -> None:
    """Print the annual rate of advances and payments."""
    document = validate(RateDocument, read_json(reading.whole(file)))
    printing.json_object(annual_rate(method.value, document)._asdict())
