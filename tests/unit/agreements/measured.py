"""An agreement with every measure and every rule of conduct there is."""

from __future__ import annotations

from typing import Any

from repact.server.agreements.documents.contents import Contents
from tests.unit.agreements.contents import CONDUCT, bill, contents, debt, document


def waive(component: str, vests: str, **much: int) -> dict[str, Any]:
    """One waiver."""
    return {"kind": "waive", "component": component, "vests": vests, **much}


def every_measure() -> Contents:
    """Waivers of each vesting, capitalized and carried sums, a holiday, a freeze, a rate change."""
    made = document(interest_minor=90_000, penalty_minor=40_000, fees_minor=20_000)
    made["terms"]["measures"] = [
        {"kind": "waive", "component": "penalty", "share_ppm": 500_000},
        {"kind": "waive", "component": "penalty", "share_ppm": 500_000, "vests": "per_installment"},
        {
            "kind": "waive",
            "component": "principal",
            "amount_minor": 5_000,
            "vests": "on_completion",
        },
        {"kind": "capitalize", "component": "interest", "share_ppm": 500_000},
        {"kind": "carry", "component": "interest", "to": "last"},
        {"kind": "set_aside", "share_ppm": 100_000},
        {"kind": "rate", "from_date": "2025-01-01", "annual_rate_ppm": 90_000},
        {"kind": "freeze", "from_date": "2024-06-01", "to_date": "2024-08-01"},
    ]
    made["terms"]["shape"] = [
        {"kind": "holiday", "count": 3, "interest": "simple"},
        {"kind": "level", "count": 21},
    ]
    made["terms"]["conduct"] = {
        **CONDUCT,
        "waivers_return": True,
        "tolerated_late": 2,
        "cure_days": 15,
        "skips": 1,
        "date_moves": 2,
        "date_move_days": 10,
        "excess": "shorten",
        "allocation": [
            {"from_days_past_due": 0},
            {
                "from_days_past_due": 91,
                "order": ["principal", "interest", "penalty", "fees", "late"],
            },
        ],
    }
    return contents(debts=[debt(made)], **bill([made]))
