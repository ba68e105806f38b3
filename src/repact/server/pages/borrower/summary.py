"""Answers as they are shown again: in their fields, and line by line on the check page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from repact.server.pages.borrower import flow
from repact.server.pages.templatetags.figures import money

_KEYS = {
    "reasons": "reasons",
    "duration": "duration",
    "evidence": "choice",
    "contact": "preferences",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One answer on the check page, and the screen where it can be changed."""

    screen: str
    label: str
    value: str


def fields(screen: flow.Screen, answers: Mapping[str, Any], form: QueryDict, /) -> dict[str, Any]:
    """What the screen's fields hold: what was just typed, else what was saved."""
    key = _KEYS.get(screen.name, "")
    chosen = form.getlist(key) or answers.get(key, [])
    values: dict[str, Any] = dict(form.items()) or _typed(screen.name, answers)
    spending = answers.get("spending", {})
    return {
        "key": key,
        "chosen": [chosen] if isinstance(chosen, str) else chosen,
        "values": values,
        "items": [
            {
                "name": item.value,
                "label": item.label,
                "value": form.get(item.value) or plain(spending.get(item.value)),
            }
            for item in flow.SPENDING
        ],
    }


def lines(answers: Mapping[str, Any], /) -> list[Line]:
    """The whole application, one line for each answer."""
    income = answers["income"].get("amount_minor")
    spent = sum(value or 0 for value in answers["household"]["spending"].values())
    return [
        Line("reasons", _("What happened"), _labels(flow.REASONS, answers["reasons"]["reasons"])),
        Line("duration", _("How long"), _labels(flow.DURATIONS, [answers["duration"]["duration"]])),
        Line("income", _("Monthly income"), f"¥{money(income)}" if income else _("Not sure")),
        Line("household", _("People in the home"), str(answers["household"]["people"])),
        Line("household", _("Monthly spending"), f"¥{money(spent)}"),
        Line("ability", _("What I can pay"), f"¥{money(answers['ability']['monthly_minor'])}"),
        Line(
            "ability",
            _("Payday"),
            _("Day %(day)s of the month") % {"day": answers["ability"]["payday"]},
        ),
        Line("evidence", _("Evidence"), _labels(flow.EVIDENCE, [answers["evidence"]["choice"]])),
        Line(
            "contact",
            _("How to contact me"),
            _labels(flow.CONTACT, answers["contact"]["preferences"]) or _("No preference"),
        ),
    ]


def plain(amount_minor: int | None, /) -> str:
    """An amount as it would be typed: 120000 -> 1200, 120050 -> 1200.50, None -> empty."""
    if amount_minor is None:
        return ""
    units, cents = divmod(amount_minor, 100)
    return f"{units}.{cents:02d}" if cents else str(units)


def _typed(screen: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    if screen == "income" and answers:
        amount = answers["amount_minor"]
        return {"amount": plain(amount), "unknown": amount is None}
    if screen == "ability" and answers:
        return {"monthly": plain(answers["monthly_minor"]), "payday": answers["payday"]}
    return dict(answers)


def _labels(choices: tuple[flow.Choice, ...], values: list[str]) -> str:
    separator = _(", ")
    return separator.join(str(choice.label) for choice in choices if choice.value in values)


def budget(answers: Mapping[str, Any], /) -> list[dict[str, Any]]:
    """Income and spending line by line, for the desk."""
    spending = answers.get("household", {}).get("spending", {})
    income = answers.get("income", {}).get("amount_minor")
    made: list[dict[str, Any]] = [{"label": _("Take-home pay"), "amount_minor": income}]
    made += [
        {"label": item.label, "amount_minor": spending.get(item.value)} for item in flow.SPENDING
    ]
    return made
