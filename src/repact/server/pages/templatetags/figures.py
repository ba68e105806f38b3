"""Figures and dates as a reader of this language expects them; integers in, text out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils import formats, translation
from django.utils.translation import gettext as _

from repact.money.currencies import written
from repact.policy.fields import Bilingual
from repact.server.pages import spoken

register = template.Library()

MINUS = "\N{MINUS SIGN}"
_WEEKDAYS_ZH = "一二三四五六日"
_MONTHS_EN = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_DAYS_EN = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


@register.filter
def money(amount_minor: int | None) -> str:
    """1234550 -> 12,345.50, with the decimals of the page's currency; a minus sign, no hyphen."""
    if amount_minor is None:
        return "–"
    return written(amount_minor, spoken.currency()).replace("-", MINUS)


@register.filter
def typed(amount_minor: int) -> str:
    """A sum as an address or a field carries it: 84665 -> 846.65."""
    return written(amount_minor, spoken.currency()).replace(",", "")


@register.filter
def signed(amount_minor: int | None) -> str:
    """Money with its sign: +12,345.50, −48.33, 0.00."""
    return f"+{money(amount_minor)}" if amount_minor and amount_minor > 0 else money(amount_minor)


@register.filter
def whole(amount_minor: int) -> str:
    """Money to the nearest unit, for labels of charts: 2747905 -> 27,479."""
    unit = 10 ** spoken.digits()
    return f"{(amount_minor + unit // 2) // unit:,}"


@register.filter
def rate(annual_rate_ppm: int | None) -> str:
    """90000 -> 9.00%, rounded half up to a hundredth of a percent."""
    if annual_rate_ppm is None:
        return "–"
    percent, hundredths = divmod((abs(annual_rate_ppm) + 50) // 100, 100)
    minus = "−" if annual_rate_ppm < 0 and (percent or hundredths) else ""
    return f"{minus}{percent}.{hundredths:02d}%"


@register.filter
def day(value: date | str) -> str:
    """2026-12-15 -> 2026 年 12 月 15 日 / 15 Dec 2026."""
    value = _as_date(value)
    if _chinese():
        return f"{value.year} 年 {value.month} 月 {value.day} 日"
    return f"{value.day} {_MONTHS_EN[value.month - 1]} {value.year}"


@register.filter
def weekday(value: date | str) -> str:
    """The day of the week: 周二 / Tue."""
    value = _as_date(value)
    return f"周{_WEEKDAYS_ZH[value.weekday()]}" if _chinese() else _DAYS_EN[value.weekday()]


@register.filter
def month(value: date | str) -> str:
    """2029-06-15 -> 2029 年 6 月 / Jun 2029."""
    value = _as_date(value)
    if _chinese():
        return f"{value.year} 年 {value.month} 月"
    return f"{_MONTHS_EN[value.month - 1]} {value.year}"


@register.filter
def moment(value: datetime, zone: str) -> str:
    """A time of day where the lender is: 11 月 24 日 16:20 / 24 Nov, 16:20."""
    local = value.astimezone(ZoneInfo(zone))
    time = formats.time_format(local, "H:i")
    if _chinese():
        return f"{local.month} 月 {local.day} 日 {time}"
    return f"{local.day} {_MONTHS_EN[local.month - 1]}, {time}"


@register.filter
def local_day(value: datetime, zone: str) -> str:
    """The calendar day of a moment where the lender is."""
    return day(value.astimezone(ZoneInfo(zone)).date())


@register.filter
def offer_name(label: str) -> str:
    """What a kind of plan is called."""
    names = {
        "lighter": _("Lighter"),
        "sooner": _("Sooner"),
        "breather": _("Breather"),
        "least_total": _("Least in all"),
        "catch_up": _("Catching up"),
        "rising": _("Rising"),
        "seasonal": _("By season"),
        "rhythm": _("As you are paid"),
        "settlement": _("One sum"),
        "in_parts": _("One sum in parts"),
        "relief": _("Help for many"),
        "faster": _("Faster"),
        "own": _("Your number"),
    }
    return names.get(label, label)


@register.filter
def instrument_name(name: str) -> str:
    """What a way to change a debt is called; a kind of plan keeps its own name."""
    names = {
        "balloon": _("A larger last payment"),
        "capitalize": _("Interest added to principal"),
        "carry": _("Interest and fees set aside"),
        "catch_up": _("Catching up on arrears"),
        "date_change": _("Another due date"),
        "extension": _("More payments"),
        "freeze": _("No interest for a time"),
        "frequency_change": _("Another rhythm of payment"),
        "holiday": _("A pause at the start"),
        "interest_only": _("Interest only at first"),
        "line_conversion": _("The credit line turned into a loan"),
        "rate_cut": _("A lower rate"),
        "reduced": _("Smaller payments at first"),
        "seasonal": _("Payments by season"),
        "set_aside": _("A part set aside to the end"),
        "step_up": _("Payments that rise"),
        "trial": _("Trial payments"),
        "waive_fees": _("Fees waived"),
        "waive_interest": _("Interest waived"),
        "waive_penalty": _("Penalty waived"),
        "waive_principal": _("A part of the principal waived"),
    }
    return names.get(name) or offer_name(name)


@register.filter
def shape_name(kind: str) -> str:
    """How the payments of a plan go: `none` are equal ones."""
    names = {
        "none": _("Equal payments"),
        "more_first": _("A larger first payment"),
        "settlement": _("One sum, or a few parts of it"),
    }
    return names.get(kind) or instrument_name(kind)


@register.filter
def rhythm_name(rhythm: str) -> str:
    """How often a payment falls due."""
    names = {
        "monthly": _("Every month"),
        "fortnightly": _("Every two weeks"),
        "weekly": _("Every week"),
    }
    return names.get(rhythm, rhythm)


@register.filter
def in_language(thing: object, field: str) -> str:
    """The Chinese or English form of a bilingual field: `product|in_language:"name"`."""
    return str(getattr(thing, f"{field}_{'zh' if _chinese() else 'en'}"))


def _chinese() -> bool:
    return not (translation.get_language() or "").startswith("en")


def _as_date(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


@register.filter
def names(people: Iterable[Any]) -> str:
    """The names of people, in one line."""
    return ("、" if _chinese() else ", ").join(str(person.name) for person in people)


@register.filter
def words(bilingual: Bilingual) -> str:
    """A policy's own words, in the reader's language."""
    return bilingual.zh if (translation.get_language() or "").startswith("zh") else bilingual.en
