"""Refusals of the engine."""

from __future__ import annotations

from repact.errors import RepactError


class PlanError(RepactError):
    """A plan that cannot be made, named by code and field."""


class InvariantError(RepactError):
    """The engine broke a law of its own; never the caller's fault (exit code 4)."""
