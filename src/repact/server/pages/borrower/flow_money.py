"""Reading the application's sums with their periods: incomes, a home, a business."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from repact.server.pages import amounts, spoken
from repact.server.pages.borrower.choices import Choice
from repact.server.pages.templatetags.figures import typed as as_typed

PERIODS = (
    Choice("monthly", _("a month")),
    Choice("weekly", _("a week")),
    Choice("fortnightly", _("two weeks")),
    Choice("quarterly", _("a quarter")),
    Choice("yearly", _("a year")),
)
SOURCES = (
    Choice("second_job", _("A second job")),
    Choice("partner", _("My partner")),
    Choice("pension", _("A pension")),
    Choice("benefits", _("Public benefits")),
    Choice("rent_received", _("Rent I receive")),
    Choice("other_income", _("Something else")),
)
SPENDING = (
    Choice("rent", _("Rent or mortgage")),
    Choice("food", _("Food and daily things")),
    Choice("dependants", _("Children and parents")),
    Choice("utilities", _("Water, power, phone")),
    Choice("transport", _("Transport")),
    Choice("medical", _("Medical")),
    Choice("other", _("Other")),
)
ARREARS = (
    Choice("rent", _("Rent or mortgage")),
    Choice("utilities", _("Water, power, phone")),
    Choice("support", _("Support for children or parents")),
    Choice("tax", _("Taxes")),
)
BUSINESS_KINDS = (
    Choice("sole_trader", _("I work for myself")),
    Choice("small_company", _("A small company")),
)
BUSINESS_SUMS = (
    Choice("takings", _("Money that comes in")),
    Choice("wages", _("Wages I pay")),
    Choice("taxes", _("Taxes")),
    Choice("rent", _("Rent of the shop or place")),
    Choice("costs", _("Goods and other costs")),
)


def income(form: QueryDict) -> dict[str, Any]:
    """Take-home pay, its period and season, and one income more."""
    made: dict[str, Any] = {
        "amount_minor": None
        if form.get("unknown")
        else amounts.read(form.get("amount", ""), field="amount"),
        "period": form.get("period", "monthly"),
        "months": months(form, "months"),
    }
    more = amounts.read_optional(form.get("more_amount", ""), field="more_amount")
    if more is not None:
        period = form.get("more_period", "monthly")
        made["more"] = [{"source": form.get("source", ""), "amount_minor": more, "period": period}]
    return made


def household(form: QueryDict) -> dict[str, Any]:
    """The home: people, spending in one period, arrears on what comes first, other debts."""
    spending = {
        item.value: amounts.read_optional(form.get(item.value, ""), field=item.value)
        for item in SPENDING
    }
    period = form.get("spending_period", "monthly")
    owed = {
        kind.value: amounts.read_optional(
            form.get(f"arrears_{kind.value}", ""), field=f"arrears_{kind.value}"
        )
        for kind in ARREARS
    }
    return {
        "people": amounts.read_count(form.get("people", ""), field="people"),
        "spending": spending,
        "periods": {} if period == "monthly" else dict.fromkeys(spending, period),
        "arrears": [
            {"kind": kind, "amount_minor": amount} for kind, amount in owed.items() if amount
        ],
        "debts_minor": amounts.read_optional(form.get("debts", ""), field="debts"),
    }


def business(form: QueryDict) -> dict[str, Any]:
    """A business: what comes in and goes out in a week or a month, and its slow months."""
    made: dict[str, Any] = {
        f"{item.value}_minor": amounts.read_optional(form.get(item.value, ""), field=item.value)
        for item in BUSINESS_SUMS
    }
    low = months(form, "low_months")
    return {
        **made,
        "kind": form.get("kind", ""),
        "period": form.get("period", ""),
        "low_months": low,
        "low_takings_minor": amounts.read_optional(form.get("low_takings", ""), field="low_takings")
        if low
        else None,
    }


def unusual(form: QueryDict) -> dict[str, Any]:
    """A reason for each kind of spending that was asked about."""
    found = {
        item.value: form.get(f"reason_{item.value}", "")
        for item in SPENDING
        if f"reason_{item.value}" in form
    }
    return {"reasons": found}


def months(form: QueryDict, key: str) -> list[int]:
    """Months of the year, in order."""
    return sorted({amounts.read_count(text, field=key) for text in form.getlist(key)})


def typed(screen: str, answers: dict[str, Any]) -> dict[str, Any]:
    """What these screens' fields hold when they are shown again."""
    if screen == "income":
        first = next(iter(answers.get("more", ())), {})
        return {
            "amount": plain(answers.get("amount_minor")),
            "unknown": answers.get("amount_minor") is None,
            "period": answers.get("period", "monthly"),
            "months": answers.get("months", []),
            "more_amount": plain(first.get("amount_minor")),
            "more_period": first.get("period", "monthly"),
            "source": first.get("source", ""),
        }
    if screen == "household":
        owed = {a["kind"]: plain(a["amount_minor"]) for a in answers.get("arrears", ())}
        return {
            "people": answers.get("people", 1),
            "spending_period": next(iter(answers.get("periods", {}).values()), "monthly"),
            "debts": plain(answers.get("debts_minor")),
            **{f"arrears_{kind}": amount for kind, amount in owed.items()},
        }
    made = {item.value: plain(answers.get(f"{item.value}_minor")) for item in BUSINESS_SUMS}
    return {**answers, **made, "low_takings": plain(answers.get("low_takings_minor"))}


def plain(amount_minor: int | None, /) -> str:
    """An amount as it would be typed: 120000 -> 1200, 120050 -> 1200.50, None -> empty."""
    if amount_minor is None:
        return ""
    units, rest = divmod(amount_minor, 10 ** spoken.digits())
    return as_typed(amount_minor) if rest else str(units)
