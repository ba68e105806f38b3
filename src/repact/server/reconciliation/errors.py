"""Refusals of reconciliation."""

from __future__ import annotations

from repact.errors import RepactError


class ReconciliationError(RepactError):
    """There is nothing of that kind to look at."""
