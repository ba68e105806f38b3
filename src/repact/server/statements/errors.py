"""Refusals of bank statements."""

from __future__ import annotations

from repact.errors import RepactError


class StatementError(RepactError):
    """A statement cannot be read at all, or a mapping is not one."""
