"""Refusals of reporting."""

from __future__ import annotations

from repact.errors import RepactError


class BureauError(RepactError):
    """This may not be reported, noted or disputed like this."""
