"""The one gate: whether a message may knock now, later or not at all.

The law's hours and counts (`law.contact`), the lender's quiet hours in the addressee's own zone,
the caps of a day, what the addressee does not want, and whether there is still a reason to say it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from repact.law import catalogue
from repact.law.contact import ContactFacts, Ruling, allowed_hours, rule_contact
from repact.policy.loading import PolicyError
from repact.server.clock import ports
from repact.server.lenders import queries as lender_queries
from repact.server.lenders.models import Lender
from repact.server.loans import queries as loan_queries
from repact.server.notices.models import Addressee, Contact, Message, SendingRules
from repact.server.people.models import Borrower
from repact.server.policies import queries as policy_queries

REMINDERS = frozenset({"due_soon", "missed", "nudge", "late", "invite"})
EMAIL_CODE = "email_to_confirm"  # the one message its addressee is waiting for while they ask


@dataclass(frozen=True, slots=True)
class Verdict:
    """Send now; or wait until a moment; or never, because."""

    send: bool = False
    wait_until: datetime | None = None
    never_because: str = ""


def judge(message: Message, /, *, now: datetime, settled: bool) -> Verdict:
    """Whether a message may go out at business time `now`; `settled`: nothing is due any more."""
    borrower = message.borrower
    lender = lender_queries.get(message.lender_id)
    addressee = Addressee.objects.filter(borrower=borrower).first()
    if borrower.key.destroyed_at is not None:
        return Verdict(never_because="erased")
    if message.notice.kind == EMAIL_CODE:
        return _code(message, addressee)
    rules = rules_of(lender)
    reason = _no_reason(message, addressee, rules, now=now, settled=settled)
    if reason:
        return Verdict(never_because=reason)
    return _by_the_clock(message, now, zone_of(addressee, lender), rules, lender)


def judge_secret(borrower: Borrower, /, *, asked: bool, now: datetime) -> Verdict:
    """Whether a code or a link may go out now. What a person has just asked for always may; what
    they did not ask for keeps to the hours of the law and the lender."""
    if borrower.key.destroyed_at is not None:
        return Verdict(never_because="erased")
    if asked:
        return Verdict(send=True)
    lender = lender_queries.get(borrower.lender_id)
    zone = zone_of(Addressee.objects.filter(borrower=borrower).first(), lender)
    hours = _hours(borrower, now, zone, rules_of(lender), lender)
    return _not_this_hour(now.astimezone(zone), hours) or Verdict(send=True)


def _not_this_hour(local: datetime, hours: tuple[int, int]) -> Verdict | None:
    """What stands against an hour: none is left at all, or it opens later."""
    opens, closes = hours
    if opens >= closes:
        return Verdict(never_because="no_hour_left")
    return None if opens <= local.hour < closes else Verdict(wait_until=_next_opening(local, opens))


def _hours(
    borrower: Borrower, now: datetime, zone: ZoneInfo, rules: SendingRules, lender: Lender
) -> tuple[int, int]:
    """From which hour to which a message may knock: the law's and the lender's, the narrower."""
    kind = lender_type(lender, now)
    facts = contact_facts(borrower, now=now, zone=zone, channel="message", lender_type=kind)
    on = now.astimezone(zone).date()
    return _narrower(allowed_hours(facts, catalogue.load(lender.jurisdiction), on=on), rules)


def _no_reason(
    message: Message,
    addressee: Addressee | None,
    rules: SendingRules,
    *,
    now: datetime,
    settled: bool,
) -> str:
    """Why there is no reason to send any more, or empty."""
    if message.channel in (addressee.opted_out if addressee else ()):
        return "opted_out"
    if not message.is_reminder:
        return ""
    if settled:
        return "paid"
    if loan_queries.live_hold_of_borrower(message.borrower_id):
        return "on_hold"
    late = now > message.created_at + timedelta(hours=rules.give_up_hours)
    return "too_old" if late else ""


def purpose_of(message: Message, /) -> str:
    """What the law counts a message as: asked for by its addressee, service, or reminder."""
    if message.notice.kind == EMAIL_CODE:
        return "requested"
    return "reminder" if message.is_reminder else "service"


def law_hours(lender: Lender, /, *, now: datetime) -> tuple[int, int]:
    """From which hour, up to but without which, the law lets a lender's message knock."""
    local = now.astimezone(ZoneInfo(lender.zone))
    facts = ContactFacts(
        local_time=local.time(), channel="message", lender_type=lender_type(lender, now)
    )
    law = catalogue.load(lender.jurisdiction)
    return allowed_hours(facts, law, on=local.date()) or (0, 0)


def hours_of(borrower: Borrower, /, *, now: datetime) -> tuple[int, int]:
    """From which hour, up to but without which, messages may knock: law and lender together."""
    lender = lender_queries.get(borrower.lender_id)
    zone = zone_of(Addressee.objects.filter(borrower=borrower).first(), lender)
    return _hours(borrower, now, zone, rules_of(lender), lender)


def _code(message: Message, addressee: Addressee | None) -> Verdict:
    """A code its addressee waits for goes out at any hour, but only the newest, while it lives."""
    nonce = bytes(addressee.pending_nonce or b"").hex() if addressee else ""
    if not nonce or message.notice.source != f"{EMAIL_CODE}:{nonce}":
        return Verdict(never_because="superseded")
    until = addressee.pending_until if addressee else None
    if until is None or ports.now() > until:
        return Verdict(never_because="too_old")
    return Verdict(send=True)


def _by_the_clock(
    message: Message, now: datetime, zone: ZoneInfo, rules: SendingRules, lender: Lender
) -> Verdict:
    local = now.astimezone(zone)
    facts = contact_facts(
        message.borrower,
        now=now,
        zone=zone,
        channel="message",
        lender_type=lender_type(lender, now),
    )
    law = catalogue.load(lender.jurisdiction)
    hours = allowed_hours(facts, law, on=local.date())
    opens, closes = _narrower(hours, rules)
    quiet = _not_this_hour(local, (opens, closes))
    if quiet:
        return quiet
    others = Message.objects.filter(borrower=message.borrower, channel=message.channel)
    # What a gateway is being handed right now counts: it will have been sent in a moment.
    on_its_way = Q(state="waiting", attempts__gt=0, not_before__gt=now)
    sent = others.filter(Q(sent_on=local.date()) | on_its_way).exclude(id=message.id)
    reminded = sent.filter(is_reminder=True).count() if message.is_reminder else 0
    if sent.count() >= rules.messages_a_day or reminded >= rules.reminders_a_day:
        return Verdict(wait_until=_next_opening(local.replace(hour=23), opens))
    ruling = rule_contact(facts, law, on=local.date())
    return Verdict(send=True) if ruling.allowed else Verdict(never_because=str(ruling.rule_id))


def ask(
    *,
    borrower: Borrower,
    facts: ContactFacts,
    on: date,
) -> Ruling:
    """What the law of the borrower's lender says of a contact of a collector or an agent."""
    lender = lender_queries.get(borrower.lender_id)
    return rule_contact(facts, catalogue.load(lender.jurisdiction), on=on)


def contact_facts(
    borrower: Borrower,
    /,
    *,
    now: datetime,
    zone: ZoneInfo,
    channel: str,
    lender_type: str,
    person: str = "debtor",
    collector: str = "first_party",
) -> ContactFacts:
    """What the law asks of an intended contact, from the contacts on record."""
    local = now.astimezone(zone)
    today = Contact.objects.filter(borrower=borrower, on_date=local.date()).exclude(
        purpose="requested"
    )
    calls = today.filter(channel="call")
    spoke = (
        Contact.objects.filter(borrower=borrower, channel="call", effective=True)
        .order_by("-on_date")
        .values_list("on_date", flat=True)
        .first()
    )
    week = Contact.objects.filter(
        borrower=borrower, channel="call", on_date__gt=local.date() - timedelta(days=7)
    )
    return ContactFacts(
        local_time=time(local.hour, local.minute),
        channel=channel,  # type: ignore[arg-type]  # checked where it comes in
        person=person,  # type: ignore[arg-type]  # likewise
        collector=collector,  # type: ignore[arg-type]  # likewise
        lender_type=lender_type,
        effective_calls=calls.filter(effective=True).count(),
        attempts=calls.filter(effective=False).count(),
        visits=today.filter(channel="visit").count(),
        failed_in_a_row=_failed_in_a_row(borrower),
        calls_on_debt=week.count(),
        days_since_conversation=(local.date() - spoke).days if spoke else None,
    )


def rules_of(lender: Lender, /) -> SendingRules:
    """The lender's rules of sending; those of the model where none were set."""
    found = SendingRules.objects.filter(lender_id=lender.id).first()
    return found or SendingRules(lender_id=lender.id)


def zone_of(addressee: Addressee | None, lender: Lender, /) -> ZoneInfo:
    """Where the addressee's clock stands."""
    return ZoneInfo((addressee.zone if addressee else "") or lender.zone)


def lender_type(lender: Lender, now: datetime, /) -> str:
    """The kind of lender, as its policy says; empty without one."""
    on = now.astimezone(ZoneInfo(lender.zone)).date()
    try:
        return policy_queries.in_force(lender_id=lender.id, on=on).policy.lender_type
    except PolicyError:
        return ""


def _narrower(hours: tuple[int, int] | None, rules: SendingRules) -> tuple[int, int]:
    opens, closes = hours or (0, 0)
    return max(opens, rules.quiet_to_hour), min(closes, rules.quiet_from_hour)


def _next_opening(local: datetime, opens: int) -> datetime:
    """The next moment at which the clock on the addressee's wall shows the opening hour."""
    day = local.date() if local.hour < opens else local.date() + timedelta(days=1)
    return datetime.combine(day, time(opens), tzinfo=local.tzinfo)


def _failed_in_a_row(borrower: Borrower) -> int:
    made = Contact.objects.filter(borrower=borrower, person="debtor").exclude(purpose="requested")
    count = 0
    for effective in made.order_by("-at", "-id").values_list("effective", flat=True)[:20]:
        if effective:
            break
        count += 1
    return count
