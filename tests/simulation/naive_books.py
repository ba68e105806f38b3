"""A second bookkeeping, deliberately naive: dicts and fractions, one borrower after the other.

It knows nothing of the product: from what was signed (as plain JSON), what the borrower did, and a
day, it works out what every account must say.
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from tests.generative import naive

ORDER = ("late", "fees", "penalty", "interest", "principal")
RECEIVABLE = {"principal": "1201", "interest": "1202", "penalty": "1203", "fees": "1204"}


def half_up(value: Fraction) -> int:
    return (value.numerator * 2 + value.denominator) // (value.denominator * 2)


class Row:
    def __init__(self, signed: dict) -> None:
        self.due_date = date.fromisoformat(signed["due_date"])
        self.due = {name: signed[name] for name in ORDER[1:]} | {"late": 0}
        self.paid = dict.fromkeys(ORDER, 0)
        self.charge = signed["interest"]
        self.late_until: date | None = None
        self.late = Fraction(0)

    def open(self) -> int:
        return sum(self.due.values()) - sum(self.paid.values())


def balances(document: dict, happened: list[dict], until: date) -> dict[str, int]:
    """Every account of one borrower on a day: debit positive, in minor units.

    `happened` are dicts of `kind` (pay, move), `on`, and `amount` or `row` and `to`; what was
    reversed is not among them.
    """
    conduct = document["terms"]["conduct"]
    rows = [Row(signed) for signed in naive.schedule(document)]
    cash = credit = 0
    for event in sorted(happened, key=lambda one: one["on"]):
        if event["kind"] == "move":
            rows[event["row"] - 1].due_date = event["to"]
            continue
        cash += event["amount"]
        credit += pay(rows, event["amount"], event["on"], conduct)
    made = {"1001": cash, "2101": -credit}
    for name, account in RECEIVABLE.items():
        made[account] = sum(row.due[name] - row.paid[name] for row in rows)
    made["4002"] = -sum(row.paid["late"] for row in rows)
    earned = sum(row.charge for row in rows if row.due_date <= until)
    made["4001"] = -earned
    made["2201"] = earned - sum(row.charge for row in rows)
    return made


def pay(rows: list[Row], amount: int, on: date, conduct: dict) -> int:
    """Use a payment; what nothing claims comes back."""
    in_order = sorted(rows, key=lambda row: row.due_date)
    for row in in_order:
        if row.due_date <= on and row.open():
            run_late(row, on, conduct)
    for row in in_order:
        for name in ORDER:
            used = min(amount, row.due[name] - row.paid[name])
            row.paid[name] += used
            amount -= used
    return amount


def run_late(row: Row, on: date, conduct: dict) -> None:
    """Simple interest on the principal still open, from the last grace day on."""
    start = row.late_until or row.due_date + timedelta(days=conduct["grace_days"])
    if on <= start:
        return
    principal = row.due["principal"] - row.paid["principal"]
    row.late += Fraction(principal * conduct["late_rate_ppm"] * (on - start).days, 365_000_000)
    row.late_until = on
    row.due["late"] = half_up(row.late)
