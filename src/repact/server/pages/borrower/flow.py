"""The application form as data: its screens, their choices and how each is read.

Reading a screen turns what was typed into the answers the cases room validates; what cannot be
read is a problem with a field, and the answer is shown again as it was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from repact.server.pages import amounts
from repact.server.pages.borrower import flow_money
from repact.server.pages.borrower.choices import Choice

Answers = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Screen:
    """One question on one page. `read` turns the posted form into this screen's answers."""

    name: str
    title: str | Promise
    template: str
    read: Callable[[QueryDict], Answers]
    hint: str | Promise = ""
    choices: tuple[Choice, ...] = field(default=())
    exclusive: str = ""


REASONS = (
    Choice("job_loss", _("Lost my job")),
    Choice("less_income", _("Earning less")),
    Choice("illness", _("Illness or injury")),
    Choice("family_care", _("Caring for family")),
    Choice("business", _("Business is slow")),
    Choice("disaster", _("A disaster")),
    Choice("separation", _("Separation")),
    Choice("too_many_debts", _("Too many debts")),
    Choice("not_say", _("I’d rather not say")),
)
DURATIONS = (
    Choice("under_3_months", _("Under 3 months")),
    Choice("3_to_6_months", _("3 to 6 months")),
    Choice("over_6_months", _("More than 6 months")),
    Choice("unknown", _("I don’t know")),
)
PAYDAYS = (5, 10, 15, 20, 25, 28)
EVIDENCE = (
    Choice("upload", _("Send one photo or PDF now")),
    Choice("later", _("I’ll send it later")),
    Choice("none", _("I have nothing to show")),
)
CONTACT = (
    Choice("messages_only", _("Messages only, no calls")),
    Choice("no_family_or_employer", _("Never contact my family or employer")),
    Choice("large_text", _("Large text")),
    Choice("helper", _("Someone helps me with this")),
    Choice("not_say", _("I’d rather not say")),
)


def _nothing(_form: QueryDict) -> Answers:
    return {}


def _several(key: str) -> Callable[[QueryDict], Answers]:
    return lambda form: {key: form.getlist(key)}


def _one(key: str) -> Callable[[QueryDict], Answers]:
    return lambda form: {key: form.get(key, "")}


def _ability(form: QueryDict) -> Answers:
    return {
        "monthly_minor": None
        if form.get("nothing_left")
        else amounts.read(form.get("monthly", ""), field="monthly"),
        "payday": amounts.read_count(form.get("payday", ""), field="payday"),
    }


SCREENS: dict[str, Screen] = {
    screen.name: screen
    for screen in (
        Screen(
            "start",
            _("Finding it hard to pay? Let’s work it out."),
            "start",
            _nothing,
            _("About 3 minutes. Asking adds no cost and does not change your credit record."),
        ),
        Screen(
            "reasons",
            _("What has happened?"),
            "tiles",
            _several("reasons"),
            _("Pick one or two."),
            REASONS,
            "not_say",
        ),
        Screen("duration", _("How long might it last?"), "radios", _one("duration"), "", DURATIONS),
        Screen(
            "income",
            _("About how much do you take home each month?"),
            "income",
            flow_money.income,
            _("A rough figure is fine."),
        ),
        Screen(
            "business",
            _("How is your business doing?"),
            "business",
            flow_money.business,
            _("Rough figures are fine. Leave empty what you don’t know."),
            flow_money.BUSINESS_KINDS,
        ),
        Screen(
            "household",
            _("Who lives on it, and what does a month cost?"),
            "household",
            flow_money.household,
            _("Only what you know. Leave the rest empty."),
            flow_money.SPENDING,
        ),
        Screen(
            "unusual",
            _("Some of it is more or less than is usual"),
            "unusual",
            flow_money.unusual,
            _("That is fine. One tap says why, so that nobody has to call you about it."),
        ),
        Screen(
            "ability",
            _("What could you pay each month?"),
            "ability",
            _ability,
            _("Choose a sum you can keep to even in a bad month."),
        ),
        Screen(
            "evidence",
            _("One thing that shows it"),
            "evidence",
            _one("choice"),
            _("A leaving letter, a payslip, a hospital bill. You can also send this without."),
            EVIDENCE,
        ),
        Screen(
            "contact",
            _("How should we contact you?"),
            "tiles",
            _several("preferences"),
            _("Only your case worker sees this. You need not pick anything."),
            CONTACT,
            "not_say",
        ),
    )
}
SENT_KINDS = (
    Choice("statement", _("A statement of my own")),
    Choice("pay_slip", _("A payslip")),
    Choice("bank_statement", _("A bank statement")),
    Choice("dismissal_letter", _("A leaving letter")),
    Choice("medical_record", _("A hospital paper")),
    Choice("invoice", _("A medical bill")),
    Choice("insurance_record", _("An insurance record")),
    Choice("tax_record", _("A tax record")),
    Choice("credit_report", _("A credit report")),
    Choice("official_notice", _("An official notice")),
    Choice("court_paper", _("A court paper")),
    Choice("photo", _("A photo")),
)


def after(screen: str, order: Sequence[str], /) -> str:
    """The screen after this one; after the last comes the check page."""
    position = order.index(screen) + 1 if screen in order else len(order)
    return order[position] if position < len(order) else "check"


def before(screen: str, order: Sequence[str], /) -> str | None:
    """The screen before this one; None before the first."""
    position = order.index(screen) if screen in order else len(order)
    return order[position - 1] if position else None
