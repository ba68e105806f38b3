"""Refusals about people."""

from __future__ import annotations

from repact.errors import RepactError


class PeopleError(RepactError):
    """A person cannot be let in, found or read."""
