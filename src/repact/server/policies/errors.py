"""Refusals of publishing and of stopping."""

from __future__ import annotations

from repact.errors import RepactError


class PublishingError(RepactError):
    """The policy cannot be published that way, or new offers are stopped."""
