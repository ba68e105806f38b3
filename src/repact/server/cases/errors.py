"""Refusals of an application."""

from __future__ import annotations

from repact.errors import RepactError


class CaseError(RepactError):
    """The case cannot be found, or not moved that way, or an answer is not one."""
