"""The inbox: every event a system outside has told us, once, for ever; and who is told of ours."""

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


class Subscriber(LenderRow):
    """A system of the lender's that is told of events. Its secret is made from the master key.

    `generation` counts the secrets it ever had; until `both_until` (real time) what is sent is
    signed by the one before as well, so that a secret can be replaced without a gap.
    """

    url = models.URLField(max_length=200)
    kinds = models.JSONField()
    is_active = models.BooleanField(default=True)
    generation = models.PositiveSmallIntegerField(default=1)
    both_until = models.DateTimeField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "webhooks_subscriber"
        constraints = [
            models.UniqueConstraint(fields=["lender", "url"], name="webhooks_subscriber_once")
        ]


class Delivery(LenderRow):
    """One event of ours for one subscriber, sent until it is taken. Times are real.

    The id the receiver sees is the event's: the same however often it is sent.
    """

    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT, related_name="deliveries")
    event_id = models.UUIDField()
    body = models.TextField()
    state = models.CharField(max_length=8, default="waiting")
    attempts = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    next_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "webhooks_delivery"
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber", "event_id"], name="webhooks_delivery_once"
            ),
            models.CheckConstraint(
                name="webhooks_delivery_states",
                condition=models.Q(state="waiting", ended_at__isnull=True)
                | models.Q(state__in=["taken", "lost"], ended_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["lender", "next_at"],
                condition=models.Q(state="waiting"),
                name="webhooks_deliveries_waiting",
            )
        ]
