"""Refusals of repayments."""

from __future__ import annotations

from repact.errors import RepactError


class RepaymentError(RepactError):
    """A payment cannot be taken as it was given."""
