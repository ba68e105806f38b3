"""What a borrower is told, what knocks outside, and who else is told to stop."""

from __future__ import annotations

from repact.server.notices.models.recalling import (
    RECALL_KINDS,
    RECALL_STATES,
    Agency,
    Placement,
    Recall,
)
from repact.server.notices.models.telling import (
    CHANNELS,
    CONTACT_CHANNELS,
    MESSAGE_STATES,
    PERSONS,
    Addressee,
    Contact,
    Message,
    Notice,
    SendingRules,
)

__all__ = [
    "CHANNELS",
    "CONTACT_CHANNELS",
    "MESSAGE_STATES",
    "PERSONS",
    "RECALL_KINDS",
    "RECALL_STATES",
    "Addressee",
    "Agency",
    "Contact",
    "Message",
    "Notice",
    "Placement",
    "Recall",
    "SendingRules",
]
