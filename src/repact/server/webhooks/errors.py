"""Refusals of what came by webhook."""

from __future__ import annotations

from repact.errors import RepactError


class WebhookError(RepactError):
    """A delivery is not what it says it is, or cannot be read."""
