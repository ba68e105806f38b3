"""Refusals of a file."""

from __future__ import annotations

from repact.errors import RepactError


class EvidenceError(RepactError):
    """The file cannot be taken, found or opened."""
