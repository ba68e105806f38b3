"""Refusals of an agreement."""

from __future__ import annotations

from repact.errors import RepactError


class AgreementError(RepactError):
    """The agreement cannot be made, read, signed or verified."""
