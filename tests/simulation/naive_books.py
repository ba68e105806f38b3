"""A second bookkeeping, deliberately naive: dicts and fractions, one borrower after the other.

It knows nothing of the product: from what was signed (as plain JSON), what the borrower did, and a
day, it works out what every account must say.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from tests.generative import naive

ORDER = ("late", "fees", "penalty", "interest", "principal")
RECEIVABLE = {"principal": "1201", "interest": "1202", "penalty": "1203", "fees": "1204"}


def half_up(value: Fraction) -> int:
    return (value.numerator * 2 + value.denominator) // (value.denominator * 2)


class Row:
    def __init__(self, signed: dict, start: date, earns: Fraction) -> None:
        self.due_date = self.end = date.fromisoformat(signed["due_date"])
        self.start, self.earns, self.spared = start, earns, 0
        self.due = {name: signed[name] for name in ORDER[1:]} | {"late": 0}
        self.paid = dict.fromkeys(ORDER, 0)
        self.charge = signed["interest"]
        self.late_until: date | None = None
        self.late = Fraction(0)

    def open(self) -> int:
        return sum(self.due.values()) - sum(self.paid.values())


def balances(document: dict, happened: list[dict], until: date) -> dict[str, int]:
    """Every account of one borrower on a day: debit positive, in minor units.

    `happened` are dicts of `kind` (pay, move, rest, rest_end), `on`, and `amount`, `row` and `to`,
    or `cap` (the yearly rate a rest charges at most); what was reversed is not among them.
    """
    conduct = document["terms"]["conduct"]
    rows = list(laid_out(document))
    rests: list[dict] = []
    cash = credit = 0
    for event in sorted(happened, key=lambda one: one["on"]):
        if event["kind"] == "move":
            rows[event["row"] - 1].due_date = event["to"]
            continue
        if event["kind"] == "rest":
            rests.append({"from": event["on"], "to": None, "cap": event["cap"]})
            continue
        if rests and rests[-1]["to"] is None:
            credit += spare(rows, document["terms"], rests, event["on"])
        if event["kind"] == "rest_end":
            rests[-1]["to"] = event["on"]
            continue
        cash += event["amount"]
        credit += pay(rows, event["amount"], event["on"], conduct, rests)
    made = {"1001": cash, "2101": -credit}
    for name, account in RECEIVABLE.items():
        made[account] = sum(row.due[name] - row.paid[name] for row in rows)
    made["4002"] = -sum(row.paid["late"] for row in rows)
    earned = sum(row.charge for row in rows if row.due_date <= until)
    made["4001"] = -earned
    made["2201"] = earned - sum(row.charge for row in rows)
    return made


def laid_out(document: dict) -> Iterator[Row]:
    """The rows as signed, with what each period earns, not rounded."""
    terms, balance = document["terms"], document["position"]["principal_minor"]
    start = date.fromisoformat(terms["effective_date"])
    for number, signed in enumerate(naive.schedule(document)):
        end = date.fromisoformat(signed["due_date"])
        part = naive.year_part(start, end, terms, first=number == 0)
        yield Row(signed, start, balance * part * Fraction(terms["annual_rate_ppm"], 10**6))
        start, balance = end, signed["balance"]


def cap_on(rests: list[dict], day: date, rate: int) -> int:
    """The yearly rate of a day, no more than a rest allows."""
    for rest in rests:
        if rest["from"] <= day and (rest["to"] is None or day < rest["to"]):
            return min(rate, rest["cap"])
    return rate


def spare(rows: list[Row], terms: dict, rests: list[dict], on: date) -> int:
    """Take off what days of rest before a day do not earn; what was paid of it is used anew."""
    rate, back = terms["annual_rate_ppm"], 0
    for row in rows:
        days = [row.start + timedelta(days=n) for n in range((row.end - row.start).days)]
        less = sum(rate - cap_on(rests, day, rate) for day in days if day < on)
        spared = half_up(row.earns * Fraction(less, len(days) * rate))
        row.due["interest"] -= spared - row.spared
        row.charge -= spared - row.spared
        row.spared = spared
        over = max(row.paid["interest"] - row.due["interest"], 0)
        row.paid["interest"] -= over
        back += over
    return pay(rows, back, on, terms["conduct"], rests) if back else 0


def pay(rows: list[Row], amount: int, on: date, conduct: dict, rests: list[dict]) -> int:
    """Use a payment; what nothing claims comes back."""
    in_order = sorted(rows, key=lambda row: row.due_date)
    for row in in_order:
        if row.due_date <= on and row.open():
            run_late(row, on, conduct, rests)
    for row in in_order:
        for name in ORDER:
            used = min(amount, row.due[name] - row.paid[name])
            row.paid[name] += used
            amount -= used
    return amount


def run_late(row: Row, on: date, conduct: dict, rests: list[dict]) -> None:
    """Simple interest on the principal still open, from the last grace day on."""
    start = row.late_until or row.due_date + timedelta(days=conduct["grace_days"])
    if on <= start:
        return
    principal = row.due["principal"] - row.paid["principal"]
    while start < on:
        rate = cap_on(rests, start, conduct["late_rate_ppm"])
        row.late += Fraction(principal * rate, 365_000_000)
        start += timedelta(days=1)
    row.late_until = on
    row.due["late"] = half_up(row.late)
