"""The published vectors, every one, to the minor unit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from repact.plans import document, schedule

VECTORS = Path(__file__).resolve().parents[2] / "vectors"
PLANS = json.loads((VECTORS / "plans.json").read_text())
FINERACT = json.loads((VECTORS / "schedules_fineract.json").read_text())["vectors"]
PARTS = ("payment_minor", "principal_minor", "interest_minor", "penalty_minor", "fees_minor")


@pytest.mark.parametrize("vector", PLANS, ids=range(len(PLANS)))
def test_a_plan_comes_out_as_published(vector):
    made = document.validate(document.Document, vector["input"])
    built = schedule.build(made.position, made.terms)
    rows = [
        {"due_date": row.due_date.isoformat(), **{name: getattr(row, name) for name in PARTS}}
        for row in built.rows
    ]
    assert rows == vector["expected"]["rows"]
    assert built.totals.payment_minor == vector["expected"]["total_minor"]
    assert built.totals.waived_minor == vector["expected"]["waived_minor"]
    assert built.totals.capitalized_minor == vector["expected"]["capitalized_minor"]


def _minor(text: str) -> int:
    return int(text.replace(".", ""))


@pytest.mark.parametrize("vector", FINERACT, ids=[v["id"] for v in FINERACT])
def test_a_level_loan_comes_out_as_fineract_has_it(vector):
    weekly = vector["freq"] == "weekly"
    frequency = {"every": 1, "unit": "week" if weekly else "month"}
    made = document.validate(
        document.Document,
        {
            "position": {
                "as_of": vector["start"],
                "currency": vector["currency"],
                "principal_minor": _minor(vector["principal"]),
                "interest_minor": 0,
                "penalty_minor": 0,
                "fees_minor": 0,
            },
            "terms": {
                "version": 1,
                "effective_date": vector["start"],
                "annual_rate_ppm": int(vector["annual_rate"][2:].ljust(6, "0")),
                "day_count": vector["day_count"],
                "rounding": "half_even",
                "measures": [],
                "frequency": frequency if weekly else {**frequency, "anchor_day": 1},
                "first_due_date": vector["rows"][0]["due"],
                "shape": [{"kind": "level", "count": len(vector["rows"])}],
            },
        },
    )
    for row, expected in zip(
        schedule.build(made.position, made.terms).rows, vector["rows"], strict=True
    ):
        assert row.due_date.isoformat() == expected["due"]
        assert row.payment_minor == _minor(expected["payment"])
        assert row.interest_minor == _minor(expected["interest"])
        assert row.principal_minor == _minor(expected["principal"])
        assert row.balance_minor == _minor(expected["balance"])
