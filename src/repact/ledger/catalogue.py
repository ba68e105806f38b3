"""The journal templates by their codes, as data: names in both languages, and the moment."""

from __future__ import annotations

import functools
from importlib import resources

import yaml
from pydantic import BaseModel, ConfigDict

REVERSED = ".reversed"


class Moment(BaseModel):
    """When a template is posted, in both languages."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    zh: str
    en: str


class Template(BaseModel):
    """One journal template. An entry of it is undone by an entry of `code` + `.reversed`."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    code: str
    zh: str
    en: str
    moment: Moment


@functools.cache
def templates() -> dict[str, Template]:
    """Every template by its code."""
    data = resources.files("repact.ledger").joinpath("data", "templates.yaml")
    read = yaml.safe_load(data.read_text(encoding="utf-8"))["templates"]
    return {item["code"]: Template.model_validate(item) for item in read}


def is_listed(code: str, /) -> bool:
    """Whether a template, or the reversal of one, is in the catalogue."""
    return code.removesuffix(REVERSED) in templates()
