"""Telling a borrower something, once; and the outbox that knocks outside, through the one gate."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import AGENT, BORROWER, SUPERVISOR, SYSTEM, Actor
from repact.server.connectors import messages
from repact.server.lenders import queries as lender_queries
from repact.server.loans import queries as loan_queries
from repact.server.notices import gate
from repact.server.notices.errors import NoticeError
from repact.server.notices.models import (
    CHANNELS,
    CONTACT_CHANNELS,
    PERSONS,
    Addressee,
    Contact,
    Message,
    Notice,
    SendingRules,
)
from repact.server.people import doors
from repact.server.people import queries as people_queries
from repact.server.people.models import Borrower

QUEUED = "notices.queue"
HOURS, CAPS_MAX = 24, 1000
_BACKOFF_MINUTES_MAX = 60


@doors.action("notices.tell", may=(SYSTEM,))
def tell(
    *, by: Actor, borrower_id: UUID, kind: str, source: str, now: datetime, **params: Any
) -> None:
    """Put a message into the borrower's inbox; the same source tells once.

    On every channel outside that has a gateway, and that the borrower wants, it knocks too; the
    code for an e-mail address goes to that address alone. Where a debt of theirs has gone the way
    of the law, the notice keeps how far, and is worded by it.
    """
    stage = loan_queries.stage_of_borrower(borrower_id)
    if stage != "none":
        params = {**params, "legal_stage": stage}
    notice, made = Notice.objects.get_or_create(
        lender_id=by.lender_id,
        source=source,
        defaults={
            "borrower_id": borrower_id,
            "kind": kind,
            "params": params,
            "created_at": now,
        },
    )
    if not made:
        audit_actions.unchanged()
        return
    audit_actions.record(by=by, action="notices.tell", subject_id=notice.id, now=now, kind=kind)
    queued = [
        Message.objects.create(
            lender_id=by.lender_id,
            notice=notice,
            borrower_id=borrower_id,
            channel=channel,
            is_reminder=kind in gate.REMINDERS,
            not_before=now,
            created_at=now,
        )
        for channel in (("email",) if kind == gate.EMAIL_CODE else _channels(borrower_id))
    ]
    if queued:
        audit_actions.record(
            by=by, action=QUEUED, subject_id=notice.id, now=now, channels=len(queued)
        )


@doors.action("notices.pass_gate", may=(SYSTEM,))
def pass_gate(*, by: Actor, message_id: UUID, settled: bool, now: datetime) -> Message | None:
    """The message if it may be handed to its gateway now, else None.

    Until the gateway has answered, it is nobody else's for some minutes, longer with each try.
    """
    message = (
        Message.objects.select_for_update(of=("self",))
        .select_related("notice", "borrower__key")
        .get(id=message_id)
    )
    if message.state != "waiting" or message.not_before > now:
        audit_actions.unchanged()
        return None
    # The caps of a day count what was sent to a person: two messages are judged one after another.
    Borrower.objects.select_for_update().get(id=message.borrower_id)
    verdict = gate.judge(message, now=now, settled=settled)
    if verdict.wait_until:
        message.not_before = verdict.wait_until
        message.save()
        audit_actions.unchanged()
        return None
    if not verdict.send:
        _end(by, message, now, state="suppressed", reason=verdict.never_because)
        return None
    message.attempts += 1
    message.not_before = now + timedelta(minutes=min(2**message.attempts, _BACKOFF_MINUTES_MAX))
    message.save()
    audit_actions.unchanged()
    return message


@doors.action("notices.note_sent", may=(SYSTEM,))
def note_sent(*, by: Actor, message_id: UUID, now: datetime) -> None:
    """The gateway has taken the message."""
    message = Message.objects.select_for_update(of=("self",)).get(id=message_id)
    if message.state != "waiting":
        audit_actions.unchanged()
        return
    lender = lender_queries.get(by.lender_id)
    addressee = Addressee.objects.filter(borrower_id=message.borrower_id).first()
    on = now.astimezone(gate.zone_of(addressee, lender)).date()
    message.state, message.sent_at, message.sent_on = "sent", now, on
    message.save()
    Contact.objects.create(
        lender_id=by.lender_id,
        borrower_id=message.borrower_id,
        channel="message",
        purpose=gate.purpose_of(message),
        effective=True,
        by_whom=message.channel,
        at=now,
        on_date=on,
    )
    audit_actions.record(by=by, action="notices.note_sent", subject_id=message.id, now=now)


@doors.action("notices.note_not_sent", may=(SYSTEM,))
def note_not_sent(*, by: Actor, message_id: UUID, reason: str, now: datetime) -> None:
    """The gateway will never take the message, or was away for too long."""
    message = Message.objects.select_for_update(of=("self",)).get(id=message_id)
    if message.state != "waiting":
        audit_actions.unchanged()
        return
    _end(by, message, now, state="failed", reason=reason)


@doors.action("notices.log_contact", may=(SYSTEM, AGENT, SUPERVISOR))
def log_contact(
    *,
    by: Actor,
    borrower_id: UUID,
    loan_id: UUID | None,
    channel: str,
    person: str,
    purpose: str,
    effective: bool,
    by_whom: str,
    at: datetime,
    now: datetime,
) -> Contact:
    """Write down a contact that was made or tried, whether it was allowed or not.

    Raises NoticeError `notices.unknown_contact`.
    """
    known = channel in CONTACT_CHANNELS and person in PERSONS
    if not known or purpose not in {"requested", "service", "reminder"} or at > now:
        raise NoticeError("notices.unknown_contact")
    lender = lender_queries.get(by.lender_id)
    addressee = Addressee.objects.filter(borrower_id=borrower_id).first()
    contact = Contact.objects.create(
        lender_id=by.lender_id,
        borrower_id=borrower_id,
        loan_id=loan_id,
        channel=channel,
        person=person,
        purpose=purpose,
        effective=effective,
        by_whom=by_whom[:40],
        at=at,
        on_date=at.astimezone(gate.zone_of(addressee, lender)).date(),
    )
    audit_actions.record(
        by=by, action="notices.log_contact", subject_id=contact.id, now=now, channel=channel
    )
    return contact


@doors.action("notices.choose_channels", may=(BORROWER,))
def choose_channels(*, by: Actor, opted_out: list[str], zone: str = "", now: datetime) -> Addressee:
    """How the borrower wants to be reached, and by which clock.

    Raises NoticeError `notices.unknown_channel`, `.unknown_zone`.
    """
    if not set(opted_out) <= set(CHANNELS):
        raise NoticeError("notices.unknown_channel", field="opted_out")
    if zone and zone not in available_timezones():
        raise NoticeError("notices.unknown_zone", field="zone")
    borrower = people_queries.borrower(by.id)  # type: ignore[arg-type]  # a borrower has an id
    Addressee.objects.get_or_create(lender_id=by.lender_id, borrower=borrower)
    addressee = Addressee.objects.select_for_update().get(borrower=borrower)
    addressee.opted_out, addressee.zone = sorted(set(opted_out)), zone
    addressee.save()
    audit_actions.record(
        by=by,
        action="notices.choose_channels",
        subject_id=borrower.id,
        now=now,
        opted_out=addressee.opted_out,
    )
    return addressee


@doors.action("notices.set_rules", may=(SUPERVISOR,))
def set_rules(
    *,
    by: Actor,
    quiet_from_hour: int,
    quiet_to_hour: int,
    messages_a_day: int,
    reminders_a_day: int,
    give_up_hours: int,
    now: datetime,
) -> SendingRules:
    """When and how often the lender's messages may knock. Raises NoticeError `notices.hours_wrong`,
    `.caps_wrong`: the law's own hours come on top, and are not set here."""
    if not 0 <= quiet_to_hour < quiet_from_hour <= HOURS:
        raise NoticeError("notices.hours_wrong", field="quiet_from_hour")
    caps = (messages_a_day, reminders_a_day + 1, give_up_hours)
    if min(caps) < 1 or max(caps) > CAPS_MAX:
        raise NoticeError("notices.caps_wrong", field="messages_a_day")
    values = {
        "quiet_from_hour": quiet_from_hour,
        "quiet_to_hour": quiet_to_hour,
        "messages_a_day": messages_a_day,
        "reminders_a_day": reminders_a_day,
        "give_up_hours": give_up_hours,
    }
    rules, _ = SendingRules.objects.update_or_create(lender_id=by.lender_id, defaults=values)
    audit_actions.record(by=by, action="notices.set_rules", subject_id=rules.id, now=now, **values)
    return rules


def _channels(borrower_id: UUID) -> list[messages.Channel]:
    """The channels that can reach a borrower and that they have not closed."""
    open_ones = messages.configured()
    if not open_ones:
        return []
    addressee = Addressee.objects.filter(borrower_id=borrower_id).first()
    closed = set(addressee.opted_out) if addressee else set()
    if addressee is None or not addressee.email_works:
        closed.add("email")
    return [channel for channel in open_ones if channel not in closed]


def _end(by: Actor, message: Message, now: datetime, *, state: str, reason: str) -> None:
    message.state, message.reason = state, reason[:60]
    message.save()
    audit_actions.record(
        by=by,
        action=f"notices.{state}",
        subject_id=message.id,
        now=now,
        channel=message.channel,
        reason=reason,
    )
