"""The audit trail: append-only, without foreign keys, so that it outlives what it speaks of."""

from __future__ import annotations

from django.db import models

from repact.server.clock import ports


class Event(models.Model):
    """One thing that happened. `facts` hold ids, codes and amounts, never personal data."""

    number = models.BigAutoField(primary_key=True)
    id = models.UUIDField(default=ports.new_id, unique=True, editable=False)
    lender_id = models.UUIDField()
    action = models.CharField(max_length=80)
    actor_role = models.CharField(max_length=16)
    actor_id = models.UUIDField(null=True)
    subject_id = models.UUIDField()
    case_id = models.UUIDField(null=True)
    facts = models.JSONField()
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    digest = models.BinaryField(max_length=32)

    class Meta:
        db_table = "audit_event"
        indexes = [
            models.Index(fields=["lender_id", "case_id", "number"], name="audit_event_by_case"),
            models.Index(fields=["subject_id", "number"], name="audit_event_by_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                name="audit_event_actor",
                condition=models.Q(actor_role="system", actor_id__isnull=True)
                | (~models.Q(actor_role="system") & models.Q(actor_id__isnull=False)),
            )
        ]
