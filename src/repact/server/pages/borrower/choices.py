"""One thing a person may pick on a page."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that is stored and the words that stand for it."""

    value: str
    label: str | Promise
