"""Answers as they are shown again: in their fields, and line by line on the check page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from repact.server.pages import currency
from repact.server.pages.borrower import flow, flow_money

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
    if form:
        values["months"] = form.getlist("months")
        values["low_months"] = form.getlist("low_months")
    spending = answers.get("spending", {})
    return {
        "key": key,
        "chosen": [chosen] if isinstance(chosen, str) else chosen,
        "values": values,
        "periods": flow_money.PERIODS,
        "sources": flow_money.SOURCES,
        "months": [
            {
                "number": m,
                "on": m in _numbers(values.get("months", ())),
                "low": m in _numbers(values.get("low_months", ())),
            }
            for m in range(1, 13)
        ],
        "sums": [
            {"name": item.value, "label": item.label, "value": values.get(item.value, "")}
            for item in flow_money.BUSINESS_SUMS
        ],
        "arrears": [
            {
                "name": f"arrears_{kind.value}",
                "label": kind.label,
                "value": values.get(f"arrears_{kind.value}", ""),
            }
            for kind in flow_money.ARREARS
        ],
        "items": [
            {
                "name": item.value,
                "label": item.label,
                "value": form.get(item.value) or flow_money.plain(spending.get(item.value)),
            }
            for item in flow_money.SPENDING
        ],
    }


def lines(answers: Mapping[str, Any], /) -> list[Line]:
    """The whole application, one line for each answer."""
    income = answers["income"].get("amount_minor")
    spent = sum(value or 0 for value in answers["household"]["spending"].values())
    pays = answers["ability"]["monthly_minor"]
    made = [
        Line("reasons", _("What happened"), _labels(flow.REASONS, answers["reasons"]["reasons"])),
        Line("duration", _("How long"), _labels(flow.DURATIONS, [answers["duration"]["duration"]])),
        Line("income", _("Monthly income"), currency.written(income) if income else _("Not sure")),
        Line("household", _("People in the home"), str(answers["household"]["people"])),
        Line("household", _("Monthly spending"), currency.written(spent)),
        Line(
            "ability",
            _("What I can pay"),
            currency.written(pays) if pays else _("Nothing is left now"),
        ),
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
    return made + _when_told(answers)


def _when_told(answers: Mapping[str, Any]) -> list[Line]:
    """Lines of what only some people are asked."""
    made = []
    if business := answers.get("business"):
        takings = currency.written(business["takings_minor"])
        per = _labels(flow_money.PERIODS, [business["period"]])
        made.append(Line("business", _("My business"), f"{takings} / {per}"))
    home = answers["household"]
    if arrears := sum(item["amount_minor"] or 0 for item in home.get("arrears", ())):
        made.append(Line("household", _("Behind on what comes first"), currency.written(arrears)))
    if debts := home.get("debts_minor"):
        made.append(Line("household", _("Paid to other lenders a month"), currency.written(debts)))
    if period := answers["income"].get("period"):
        made.append(Line("income", _("Income comes every"), _labels(flow_money.PERIODS, [period])))
    return made


def _typed(screen: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    if screen in {"income", "household", "business"} and answers:
        return flow_money.typed(screen, dict(answers))
    if screen == "ability" and answers:
        return {"monthly": flow_money.plain(answers["monthly_minor"]), "payday": answers["payday"]}
    return dict(answers)


def _numbers(values: Iterable[Any]) -> set[int]:
    return {int(value) for value in values if str(value).isdigit()}


def _labels(choices: tuple[flow.Choice, ...], values: list[str]) -> str:
    separator = _(", ")
    return separator.join(str(choice.label) for choice in choices if choice.value in values)


def budget(answers: Mapping[str, Any], /) -> list[dict[str, Any]]:
    """Income and spending line by line, for the desk."""
    spending = answers.get("household", {}).get("spending", {})
    income = answers.get("income", {}).get("amount_minor")
    made: list[dict[str, Any]] = [{"label": _("Take-home pay"), "amount_minor": income}]
    made += [
        {"label": item.label, "amount_minor": spending.get(item.value)}
        for item in flow_money.SPENDING
    ]
    return made
