"""Refusals of the books."""

from __future__ import annotations

from repact.errors import RepactError


class BooksError(RepactError):
    """An entry cannot be posted."""
