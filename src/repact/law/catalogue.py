"""The catalogue of a jurisdiction, loaded once, versioned by the hash of its content."""

from __future__ import annotations

import functools
import hashlib
from datetime import date
from importlib import resources
from typing import Annotated, Any, Literal

import rfc8785
import yaml
from pydantic import BaseModel, ConfigDict, Field

from repact.errors import RepactError

Action = Literal["block", "warn", "disclose"]
Confidence = Literal["S", "S2", "M-h", "M-m", "M-l"]
WHOLE_PPM = 1_000_000


class LawError(RepactError):
    """The law's data cannot answer."""


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Meaning(_Strict):
    """One line in each language."""

    zh: Annotated[str, Field(min_length=1, max_length=120)]
    en: Annotated[str, Field(min_length=1, max_length=240)]


class Scope(_Strict):
    """Whom an entry concerns; an empty list means everyone."""

    lender_types: Annotated[tuple[str, ...], Field(strict=False)] = ()
    products: Annotated[tuple[str, ...], Field(strict=False)] = ()


class Entry(_Strict):
    """One parameter or duty, from a date (included) to another (excluded), or for now.

    Without `effective_from` it is long-standing, and its first day is not confirmed. `check` names
    what a plan is held against by it; the other entries are data for deadlines and duties.
    """

    id: Annotated[str, Field(pattern=r"^[A-Z]{2}-[A-Z0-9/-]+$")]
    meaning: Meaning
    value: int
    unit: Literal[
        "annual_ppm",
        "share_ppm",
        "times_lpr",
        "months",
        "minor_units",
        "seconds",
        "hours",
        "days",
        "years",
        "times",
        "duty",
    ]
    effective_from: date | None = None
    effective_to: date | None = None
    attaches_to: Literal["signing", "contract_formation", "contact"]
    scope: Scope
    check: Literal["rate_cap", "term_cap", "penalty_share"] | None = None
    action: Action
    reference: Annotated[str, Field(min_length=1)]
    confidence: Confidence

    @property
    def is_unconfirmed(self) -> bool:
        """From memory: it may warn, never block."""
        return self.confidence.startswith("M")

    @property
    def effective_action(self) -> Action:
        """What a finding of this entry does."""
        return "warn" if self.is_unconfirmed and self.action == "block" else self.action

    def in_force(self, on: date, /) -> bool:
        """Whether the entry is law on a day, for whomever it concerns."""
        begun = self.effective_from is None or self.effective_from <= on
        return begun and (self.effective_to is None or on < self.effective_to)

    def holds(self, *, on: date, lender_type: str, product: str) -> bool:
        """Whether the entry concerns this lender and product on a day."""
        in_scope = (not self.scope.lender_types or lender_type in self.scope.lender_types) and (
            not self.scope.products or product in self.scope.products
        )
        return self.in_force(on) and in_scope


class Series(_Strict):
    """A value that changes from date to date."""

    id: str
    meaning: Meaning
    unit: Literal["annual_ppm"]
    reference: str
    confidence: Confidence
    values: dict[date, int]

    def at(self, on: date, /) -> int:
        """The value in force on a day. Raises `law.series_has_no_value`."""
        known = [day for day in self.values if day <= on]
        if not known:
            raise LawError("law.series_has_no_value", series=self.id, on=on.isoformat())
        return self.values[max(known)]


class Catalogue(_Strict):
    """Everything we know of one jurisdiction's law."""

    jurisdiction: str
    entries: Annotated[tuple[Entry, ...], Field(strict=False)]
    series: Annotated[tuple[Series, ...], Field(strict=False)]
    sha256: str

    def at(self, on: date, *, lender_type: str, product: str) -> tuple[Entry, ...]:
        """The entries in force on a day for a lender and a product."""
        return tuple(
            entry
            for entry in self.entries
            if entry.holds(on=on, lender_type=lender_type, product=product)
        )

    def series_named(self, name: str, /) -> Series:
        """One series by its id."""
        return next(series for series in self.series if series.id == name)


def jurisdictions() -> tuple[str, ...]:
    """Every jurisdiction there is a catalogue of."""
    files = resources.files("repact.law").joinpath("data").iterdir()
    return tuple(sorted(f.name.removesuffix(".yaml") for f in files if f.name.endswith(".yaml")))


@functools.cache
def load(jurisdiction: str, /) -> Catalogue:
    """The catalogue of `cn`, ... Raises `law.unknown_jurisdiction`."""
    file = resources.files("repact.law").joinpath("data", f"{jurisdiction}.yaml")
    if not jurisdiction.isalpha() or not file.is_file():
        raise LawError("law.unknown_jurisdiction", jurisdiction=jurisdiction)
    data: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    canonical = rfc8785.dumps(_plain(data))
    return Catalogue.model_validate({**data, "sha256": hashlib.sha256(canonical).hexdigest()})


def _plain(value: Any) -> Any:
    """YAML's dates as text, so that the content has one canonical form."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
