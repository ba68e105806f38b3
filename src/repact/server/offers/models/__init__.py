"""The rows of this stage: sets and offers, approvals, budgets, the transcript, alarms."""

from __future__ import annotations

from repact.server.offers.models.approvals import Approval, Decision
from repact.server.offers.models.budgets import Budget, Reservation
from repact.server.offers.models.sets import Offer, OfferSet
from repact.server.offers.models.transcript import AcceptKey, Alarm, Entry, Question

__all__ = [
    "AcceptKey",
    "Alarm",
    "Approval",
    "Budget",
    "Decision",
    "Entry",
    "Offer",
    "OfferSet",
    "Question",
    "Reservation",
]
