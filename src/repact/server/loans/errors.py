"""Refusals of the lender's book."""

from __future__ import annotations

from repact.errors import RepactError


class LoanError(RepactError):
    """A loan cannot be found, held or imported."""
