"""The inbox: every event a system outside has told us, once, for ever."""

from __future__ import annotations

from django.db import models

from repact.server.tenancy.models import LenderRow

STATES = ("received", "done", "ignored", "refused")


class InboxEvent(LenderRow):
    """One event. The same id never tells two things: `body_sha256` is the fingerprint of the first.

    `signed_at` and `received_at` are real time. `is_late` says that it was signed long before it
    came. `done`: carried on; `ignored`: of a kind we do not act on; `refused`: a person must look.
    """

    source = models.CharField(max_length=16)
    event_id = models.CharField(max_length=80)
    kind = models.CharField(max_length=60)
    body = models.JSONField()
    body_sha256 = models.BinaryField(max_length=32)
    signed_at = models.DateTimeField()
    received_at = models.DateTimeField()
    is_late = models.BooleanField()
    state = models.CharField(max_length=8, default="received")
    reason = models.CharField(max_length=60, blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "webhooks_inbox_event"
        constraints = [
            models.UniqueConstraint(
                fields=["lender", "source", "event_id"], name="webhooks_event_once"
            ),
            models.CheckConstraint(
                name="webhooks_event_states",
                condition=models.Q(state="received", settled_at__isnull=True)
                | models.Q(state__in=STATES[1:], settled_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["lender", "received_at"],
                condition=models.Q(state__in=["received", "refused"]),
                name="webhooks_events_to_work",
            )
        ]
