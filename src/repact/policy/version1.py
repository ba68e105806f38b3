"""Policies of version 1, as published before: raised to version 2 where they are read.

The text stays as it was signed for. Version 1 knew recipes: what they allow becomes the bounds, and
what version 1 left open stays open, but for the careful things: no principal is waived, nothing is
automatic, no plan where a court has decided.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

WHOLE_PPM = 1_000_000
AMOUNT_MINOR_MAX = 10**11
KINDS = {"wallet_credit": "wallet_credit", "card_installment": "card"}


def is_version_1(content: Any, /) -> bool:
    """Whether the content says it is of version 1."""
    return isinstance(content, dict) and content.get("version") == 1


def raised(content: dict[str, Any], /) -> dict[str, Any]:
    """The same policy in the form of version 2; what is not understood is left to be refused."""
    recipes = [recipe for recipe in _list(content, "recipes") if isinstance(recipe, dict)]
    instruments = _instruments(recipes)
    service = content.get("service")
    service = dict(service) if isinstance(service, dict) else {}
    offer_days = service.pop("offer_days", None)
    made: dict[str, Any] = {
        **content,
        "version": 2,
        "currency": "CNY",
        "products": [
            _product(product, list(instruments)) for product in _list(content, "products")
        ],
        "reasons": [],
        "buckets": [
            {"code": "all", "from_days": 0, "to_days": None, "instruments": list(instruments)}
        ],
        "eligibility": _ELIGIBILITY,
        "accrual_while_open": {"mode": content.get("accrual_while_open")},
        "accrual_of_offer": "lender",
        "instruments": instruments,
        "cascade": list(instruments),
        "authority": {"tiers": [_tier(t) for t in _list(content, "tiers")], "caps": _CAPS},
        "evidence": [_EVIDENCE],
        "offers": {"days": offer_days, "borrower_max": 3, "agent_max": 3},
        "service": _SERVICE | service,
    }
    for gone in ("tiers", "recipes"):
        made.pop(gone, None)
    return made


_ELIGIBILITY = {
    "owed_minor_min": 1,
    "owed_minor_max": AMOUNT_MINOR_MAX,
    "plans_per_year_max": 12,
    "plans_running_max": 1,
    "pre_arrears": True,
    "legal_stages": ["none", "pre_suit"],
}
_CAPS = {
    "agent_day_minor": AMOUNT_MINOR_MAX,
    "borrower_year_minor": AMOUNT_MINOR_MAX,
    "automatic_day_minor": 0,
}
_EVIDENCE = {
    "tier": "none",
    "concession_minor_max": AMOUNT_MINOR_MAX,
    "owed_minor_max": AMOUNT_MINOR_MAX,
    "later_days": 0,
    "trial_rows": 0,
}
_SERVICE = {
    "appeal_days": 30,
    "adviser_hold_days": 30,
    "hold_days": 30,
    "hold_renewals_max": 1,
    "breathing_days": 30,
    "evidence_reminder_days": 7,
}


def _list(content: dict[str, Any], name: str) -> list[Any]:
    found = content.get(name)
    return found if isinstance(found, list) else []


def _product(product: Any, instruments: list[str]) -> Any:
    if not isinstance(product, dict):
        return product
    return {
        "kind": KINDS.get(str(product.get("code")), "loan"),
        "core_instruments": instruments if product.get("keeper") == "core" else [],
        "instruments": instruments,
        "revolving": product.get("code") == "wallet_credit",
        **product,
    }


def _tier(tier: Any) -> Any:
    if not isinstance(tier, dict):
        return tier
    return {
        "holders": 1,
        "concession_minor_max": AMOUNT_MINOR_MAX,
        "share_ppm_max": WHOLE_PPM,
        "forbearance_number_max": 12,
        **tier,
    }


def _instruments(recipes: list[dict[str, Any]]) -> dict[str, Any]:
    """The bounds that the recipes stay in."""
    made: dict[str, Any] = {}
    if counts := _rising(count for recipe in recipes for count in _list(recipe, "counts")):
        made["extension"] = {"counts": counts}
    if rates := _rising(recipe.get("annual_rate_ppm") for recipe in recipes):
        made["rate_cut"] = {"rates_ppm": rates}
    for component in ("penalty", "fees", "interest"):
        if shares := _rising(recipe.get(f"waive_{component}_ppm") for recipe in recipes):
            made[f"waive_{component}"] = {"shares_ppm": shares, "vests": ["now"]}
    if rests := [rows for rows in _rising(r.get("holiday_rows", 0) for r in recipes) if rows > 0]:
        made["holiday"] = {"rows_max": rests[-1], "interest": ["accrue"]}
    made["carry"] = {"to": ["spread"]}
    return made


def _rising(values: Iterable[Any]) -> list[int]:
    return sorted({value for value in values if isinstance(value, int)})
