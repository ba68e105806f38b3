"""What a borrower was told: kept as a kind and its figures, worded where it is read; and the
outbox of what knocks on a door outside: text message, app notification, e-mail."""

from __future__ import annotations

from django.db import models

from repact.server.people.models import Borrower
from repact.server.tenancy.models import LenderRow

CHANNELS = ("sms", "push", "email")
MESSAGE_STATES = ("waiting", "sent", "suppressed", "failed")
CONTACT_CHANNELS = ("call", "message", "letter", "visit")
PERSONS = ("debtor", "guarantor", "contact_person", "unrelated")


class Notice(LenderRow):
    """One message to a borrower. `params` hold figures and references, never personal data."""

    borrower = models.ForeignKey(Borrower, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    params = models.JSONField()
    source = models.CharField(max_length=120)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "notices_notice"
        constraints = [
            models.UniqueConstraint(fields=["lender", "source"], name="notices_notice_once")
        ]
        indexes = [models.Index(fields=["borrower", "-created_at"], name="notices_of_borrower")]


class SendingRules(LenderRow):
    """How often and when a lender's messages may knock; the law's own hours come on top."""

    quiet_from_hour = models.PositiveSmallIntegerField(default=21)
    quiet_to_hour = models.PositiveSmallIntegerField(default=9)
    messages_a_day = models.PositiveSmallIntegerField(default=3)
    reminders_a_day = models.PositiveSmallIntegerField(default=1)
    give_up_hours = models.PositiveSmallIntegerField(default=72)

    class Meta:
        db_table = "notices_sending_rules"
        constraints = [
            models.UniqueConstraint(fields=["lender"], name="notices_sending_rules_one"),
            models.CheckConstraint(
                name="notices_sending_rules_hours",
                condition=models.Q(
                    quiet_from_hour__lte=24, quiet_to_hour__lt=models.F("quiet_from_hour")
                ),
            ),
        ]


class Addressee(LenderRow):
    """How one borrower wants to be reached. `zone` is theirs (empty: the lender's).

    Messages go to an e-mail address only once it is confirmed. Until then it is pending, with what
    its code is made of, how long that code lives (real time) and how often it may be tried.
    """

    borrower = models.OneToOneField(Borrower, on_delete=models.PROTECT, related_name="addressee")
    zone = models.CharField(max_length=64, blank=True)
    email_sealed = models.BinaryField(max_length=400, null=True)
    email_confirmed_at = models.DateTimeField(null=True)
    pending_sealed = models.BinaryField(max_length=400, null=True)
    pending_nonce = models.BinaryField(max_length=16, null=True)
    pending_until = models.DateTimeField(null=True)
    pending_tries = models.PositiveSmallIntegerField(default=0)
    opted_out = models.JSONField(default=list)

    class Meta:
        db_table = "notices_addressee"
        constraints = [
            models.CheckConstraint(
                name="notices_addressee_pending",
                condition=models.Q(
                    pending_sealed__isnull=True,
                    pending_nonce__isnull=True,
                    pending_until__isnull=True,
                )
                | models.Q(
                    pending_sealed__isnull=False,
                    pending_nonce__isnull=False,
                    pending_until__isnull=False,
                ),
            )
        ]

    @property
    def email_works(self) -> bool:
        """Whether messages go to an e-mail address."""
        return self.email_sealed is not None and self.email_confirmed_at is not None


class Message(LenderRow):
    """A notice on its way by one channel; its id is the request's id at the gateway.

    It says only that there is something to read, never what: a screen may be seen by others.
    `not_before` is business time. `sent_on` is the addressee's own day, by which the caps count.
    """

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="messages")
    borrower = models.ForeignKey(Borrower, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=[(name, name) for name in CHANNELS])
    is_reminder = models.BooleanField()
    state = models.CharField(max_length=10, default="waiting")
    reason = models.CharField(max_length=60, blank=True)
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    sent_on = models.DateField(null=True)

    class Meta:
        db_table = "notices_message"
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel"], name="notices_message_once"),
            models.CheckConstraint(
                name="notices_message_states",
                condition=models.Q(state="sent", sent_at__isnull=False, sent_on__isnull=False)
                | models.Q(state__in=["waiting", "suppressed", "failed"], sent_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["lender", "not_before"],
                condition=models.Q(state="waiting"),
                name="notices_messages_waiting",
            ),
            models.Index(fields=["borrower", "sent_on"], name="notices_messages_of_a_day"),
        ]


class Contact(LenderRow):
    """A contact that was made or tried, by us or by a collector: what the law counts.

    `effective` is a connected call or a message that arrived; `purpose` says whether the borrower
    asked for it (a code), we serve them, or we remind.
    """

    borrower = models.ForeignKey(Borrower, on_delete=models.PROTECT, related_name="+")
    loan_id = models.UUIDField(null=True)
    channel = models.CharField(max_length=8)
    person = models.CharField(max_length=16, default="debtor")
    purpose = models.CharField(max_length=10)
    effective = models.BooleanField()
    by_whom = models.CharField(max_length=40)
    at = models.DateTimeField()
    on_date = models.DateField()

    class Meta:
        db_table = "notices_contact"
        constraints = [
            models.CheckConstraint(
                name="notices_contact_known",
                condition=models.Q(channel__in=CONTACT_CHANNELS, person__in=PERSONS)
                & models.Q(purpose__in=["requested", "service", "reminder"]),
            )
        ]
        indexes = [models.Index(fields=["borrower", "on_date"], name="notices_contacts_of_a_day")]
