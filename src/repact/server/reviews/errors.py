"""Refusals of the review stage itself."""

from __future__ import annotations

from repact.errors import RepactError


class ReviewError(RepactError):
    """The refusal cannot be made, appealed or decided that way."""
