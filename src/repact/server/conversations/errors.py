"""Refusals of what is written in a conversation."""

from __future__ import annotations

from repact.errors import RepactError


class ConversationError(RepactError):
    """This cannot be written, or not here."""
