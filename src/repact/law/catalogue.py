"""The catalogue of a jurisdiction, loaded once, versioned by the hash of its content."""

from __future__ import annotations

import functools
import hashlib
from datetime import date
from importlib import resources
from typing import Annotated, Any

import rfc8785
import yaml
from pydantic import Field

from repact.law.entries import Action, Confidence, Entry, LawError, Meaning, Series, Strict, Subject

__all__ = ["Action", "Catalogue", "Confidence", "Entry", "LawError", "Meaning", "Series", "load"]
WHOLE_PPM = 1_000_000
NOBODY = Subject()


class Catalogue(Strict):
    """Everything we know of one jurisdiction's law."""

    jurisdiction: str
    entries: Annotated[tuple[Entry, ...], Field(strict=False)]
    series: Annotated[tuple[Series, ...], Field(strict=False)]
    sha256: str

    def __hash__(self) -> int:
        """By content, so that what applies to whom is worked out once."""
        return hash(self.sha256)

    def at(self, on: date, *, lender_type: str, product: str) -> tuple[Entry, ...]:
        """The entries in force on a day for a lender and a product."""
        subject = Subject(lender_type=lender_type, products=(product,))
        return self.applying(subject, on=on)

    def applying(
        self, subject: Subject, *, on: date, contract_on: date | None = None
    ) -> tuple[Entry, ...]:
        """The entries for a subject: those of a contract by the day it was made, if it is known,
        all others by `on`."""
        return _applying(self, subject, on, contract_on)

    def rule(self, name: str, /, *, on: date) -> Entry:
        """The entry of this id in force on a day. Raises `law.rule_not_in_force`."""
        found = [entry for entry in self.entries if entry.id == name and entry.in_force(on)]
        if not found:
            raise LawError("law.rule_not_in_force", rule=name, on=on.isoformat())
        return found[0]

    def series_named(self, name: str, /) -> Series:
        """One series by its id."""
        return next(series for series in self.series if series.id == name)


@functools.lru_cache(maxsize=4096)
def _applying(
    law: Catalogue, subject: Subject, on: date, contract_on: date | None
) -> tuple[Entry, ...]:
    made = contract_on or on
    return tuple(
        entry
        for entry in law.entries
        if entry.in_force(made if entry.attaches_to == "contract_formation" else on)
        and entry.scope.concerns(subject)
    )


def jurisdictions() -> tuple[str, ...]:
    """Every jurisdiction there is a catalogue of."""
    files = resources.files("repact.law").joinpath("data").iterdir()
    return tuple(sorted(f.name for f in files if f.is_dir()))


@functools.cache
def load(jurisdiction: str, /) -> Catalogue:
    """The catalogue of `cn`, ..., from its files in the order of their names.

    Raises `law.unknown_jurisdiction`.
    """
    folder = resources.files("repact.law").joinpath("data", jurisdiction)
    if not jurisdiction.isalpha() or not folder.is_dir():
        raise LawError("law.unknown_jurisdiction", jurisdiction=jurisdiction)
    data: dict[str, Any] = {"jurisdiction": jurisdiction, "entries": [], "series": []}
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        part: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
        data["entries"] += part.get("entries", [])
        data["series"] += part.get("series", [])
    canonical = rfc8785.dumps(_plain(data))
    return Catalogue.model_validate({**data, "sha256": hashlib.sha256(canonical).hexdigest()})


def _plain(value: Any) -> Any:
    """YAML's dates as text, so that the content has one canonical form."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
