"""Refusals of what a person is told, and how."""

from __future__ import annotations

from repact.errors import RepactError


class NoticeError(RepactError):
    """This may not be said or set like this."""
