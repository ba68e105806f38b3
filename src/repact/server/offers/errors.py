"""Refusals of offers."""

from __future__ import annotations

from repact.errors import RepactError


class OfferError(RepactError):
    """The offer cannot be made, found or chosen."""
