"""Threads and their messages. What was written stays; whoever's key is destroyed is erased."""

from __future__ import annotations

from django.db import models

from repact.server.people.models import Borrower
from repact.server.tenancy.models import LenderRow


class Thread(LenderRow):
    """The talk about one case. `answer_due_at` is set while the borrower waits for an answer."""

    case_id = models.UUIDField(unique=True)
    borrower = models.ForeignKey(Borrower, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    answer_due_at = models.DateTimeField(null=True)
    borrower_read_at = models.DateTimeField(null=True)
    staff_read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "conversations_thread"
        indexes = [
            models.Index(
                fields=["lender", "answer_due_at"],
                condition=models.Q(answer_due_at__isnull=False),
                name="conversations_waiting",
            )
        ]


class Message(LenderRow):
    """One message; its text is sealed with the borrower's key. `attachments` are ids of evidence.

    `request_id` names it where it was written, so that a repeat is the same message.
    """

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="messages")
    request_id = models.UUIDField()
    side = models.CharField(max_length=8)
    by_id = models.UUIDField()
    text_sealed = models.BinaryField(max_length=20_000)
    attachments = models.JSONField(default=list)
    written_at = models.DateTimeField()

    class Meta:
        db_table = "conversations_message"
        constraints = [
            models.UniqueConstraint(
                fields=["thread", "request_id"], name="conversations_message_once"
            ),
            models.CheckConstraint(
                name="conversations_message_side",
                condition=models.Q(side__in=["borrower", "lender"]),
            ),
        ]
        indexes = [models.Index(fields=["thread", "written_at"], name="conversations_in_order")]
