"""A second engine, deliberately naive: fractions everywhere, one row after the other.

It shares nothing with the real one but its input documents.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

COLUMNS = ("principal", "interest", "penalty", "fees", "vesting", "balance")
MODES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}


def rounded(value: Fraction, mode: str) -> int:
    """A fraction as an integer; decimals are exact enough beyond any tie here."""
    whole = value.numerator // value.denominator
    rest = value - whole
    if rest == Fraction(1, 2):
        return int((Decimal(whole) + Decimal("0.5")).quantize(Decimal(1), MODES[mode]))
    return whole + (rest > Fraction(1, 2))


def month_end(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def due_dates(terms: dict, count: int) -> list[date]:
    first, frequency = date.fromisoformat(terms["first_due_date"]), terms["frequency"]
    made = []
    for k in range(count):
        if frequency["unit"] == "month":
            months = first.year * 12 + first.month - 1 + k * frequency["every"]
            year, month = months // 12, months % 12 + 1
            made.append(date(year, month, min(frequency["anchor_day"], month_end(year, month))))
        else:
            step = frequency["every"] * (7 if frequency["unit"] == "week" else 1)
            made.append(first + timedelta(days=k * step))
    return made


def year_part(start: date, end: date, terms: dict, *, first: bool) -> Fraction:
    convention, frequency = terms["day_count"], terms["frequency"]
    days = (end - start).days
    if convention == "ACT/ACT":
        total, day = Fraction(0), start
        while day < end:
            total += Fraction(1, 366 if calendar.isleap(day.year) else 365)
            day += timedelta(days=1)
        return total
    if convention != "30/360":
        return Fraction(days, {"ACT/365F": 365, "ACT/360": 360, "ACT/364": 364}[convention])
    if frequency["unit"] == "month":
        anchor = frequency["anchor_day"]
        is_date = start.day == anchor or (
            start.day == month_end(start.year, start.month) and start.day < anchor
        )
        months = start.year * 12 + start.month - 1 + frequency["every"]
        following = date(
            months // 12,
            months % 12 + 1,
            min(anchor, month_end(months // 12, months % 12 + 1)),
        )
        if not first or (is_date and following == end):
            return Fraction(frequency["every"], 12)
    d1 = min(start.day, 30)
    d2 = min(end.day, 30) if d1 == 30 else end.day
    return Fraction(360 * (end.year - start.year) + 30 * (end.month - start.month) + d2 - d1, 360)


def rate_of(start: date, end: date, terms: dict, *, first: bool) -> Fraction:
    """Day by day, the rate in force; then its average."""
    total, day = 0, start
    while day < end:
        rate = terms["annual_rate_ppm"]
        known: date | None = None
        frozen = False
        for measure in terms["measures"]:
            if measure["kind"] == "rate":
                since = date.fromisoformat(measure["from_date"])
                if since <= day and (known is None or since >= known):
                    known, rate = since, measure["annual_rate_ppm"]
            if measure["kind"] == "freeze":
                begins = date.fromisoformat(measure["from_date"])
                frozen |= begins <= day < date.fromisoformat(measure["to_date"])
        total += 0 if frozen else rate
        day += timedelta(days=1)
    average = Fraction(total, (end - start).days * 1_000_000)
    return average * year_part(start, end, terms, first=first)


def schedule(document: dict) -> list[dict]:
    """Rows of principal, interest, penalty, fees, vesting and balance; no checks, no totals."""
    position, terms = document["position"], document["terms"]
    mode = terms["rounding"]
    owed, carried, aside, earned = _measured(position, terms, mode)
    if terms["shape"][0]["kind"] == "lump_sum":
        return [_settlement(terms, owed, carried, aside, earned)]
    balloon = 0
    if terms["shape"][-1]["kind"] == "balloon":
        balloon = _amount(terms["shape"][-1], owed["principal"], mode)
    count = sum(s.get("count", 0) for s in terms["shape"])
    dates = due_dates(terms, count)
    starts = [date.fromisoformat(terms["effective_date"]), *dates[:-1]]
    rates = [
        rate_of(s, e, terms, first=i == 0)
        for i, (s, e) in enumerate(zip(starts, dates, strict=True))
    ]
    rows = [dict.fromkeys(COLUMNS, 0) for _ in dates]
    balance, at, kept = Fraction(owed["principal"]), 0, []
    resting = set()
    for segment in terms["shape"]:
        if segment["kind"] == "balloon":
            continue
        n = segment["count"]
        own = rates[at : at + n]
        if segment["kind"] == "holiday":
            simple = 0
            for rate in own:
                charge = rounded(balance * rate, mode)
                if segment["interest"] == "accrue":
                    balance += charge
                elif segment["interest"] == "simple":
                    simple += charge
                resting.add(at)
                rows[at]["balance"] = int(balance)
                at += 1
            kept.append((at, simple))
            continue
        payments = _payments(segment, balance, own, mode, balloon)
        for payment, rate in zip(payments, own, strict=True):
            charge = rounded(balance * rate, mode)
            if segment["kind"] == "interest_only":
                payment = charge
            principal = balance if at == count - 1 else payment - charge
            rows[at]["principal"] += int(principal)
            rows[at]["interest"] += charge
            balance -= principal
            rows[at]["balance"] = int(balance)
            at += 1
    for component in ("interest", "penalty", "fees"):
        rows[0][component] += owed[component]
    for m, amount in carried:
        if m["to"] == "first":
            rows[0][m["component"]] += amount
        elif m["to"] == "last":
            rows[-1][m["component"]] += amount
        else:
            _spread(rows, list(range(count))[: m.get("count", count)], m["component"], amount)
    for start, simple in kept:
        paying = [i for i in range(start, count) if i not in resting]
        _spread(rows, paying, "interest", simple)
    rows[-1]["principal"] += aside
    for vests, amount in earned:
        _spread(rows, list(range(count)) if vests == "per_installment" else [-1], "vesting", amount)
    return [{"due_date": d.isoformat(), **row} for d, row in zip(dates, rows, strict=True)]


def _amount(measure: dict, of: int, mode: str) -> int:
    if measure.get("share_ppm") is not None:
        return rounded(Fraction(of * measure["share_ppm"], 10**6), mode)
    return measure["amount_minor"]


def _measured(position: dict, terms: dict, mode: str) -> tuple[dict, list, int, list]:
    """What is owed after the measures, what is carried, set aside, and earned by paying."""
    owed = {c: position[f"{c}_minor"] for c in ("principal", "interest", "penalty", "fees")}
    carried, aside, earned = [], 0, []
    for m in terms["measures"]:
        if m["kind"] == "waive":
            moved = _amount(m, owed[m["component"]], mode)
            owed[m["component"]] -= moved
            if m.get("vests", "now") != "now":
                earned.append((m["vests"], moved))
        elif m["kind"] == "capitalize":
            moved = rounded(Fraction(owed[m["component"]] * m.get("share_ppm", 10**6), 10**6), mode)
            owed[m["component"]] -= moved
            owed["principal"] += moved
        elif m["kind"] == "carry":
            carried.append((m, owed[m["component"]]))
            owed[m["component"]] = 0
        elif m["kind"] == "set_aside":
            moved = _amount(m, owed["principal"], mode)
            owed["principal"] -= moved
            aside += moved
    return owed, carried, aside, earned


def _settlement(terms: dict, owed: dict, carried: list, aside: int, earned: list) -> dict:
    """One row that pays in order; what it does not reach is waived when it is paid."""
    row = dict.fromkeys(COLUMNS, 0)
    left = terms["shape"][0]["amount_minor"]
    for component in ("fees", "penalty", "interest", "principal"):
        row[component] = min(left, owed[component])
        row["vesting"] += owed[component] - row[component]
        left -= row[component]
    for m, amount in carried:
        row[m["component"]] += amount
    row["principal"] += aside
    row["vesting"] += sum(amount for _, amount in earned)
    return {"due_date": terms["first_due_date"], **row}


def _payments(
    segment: dict, balance: Fraction, rates: list[Fraction], mode: str, balloon: int
) -> list[int]:
    n = segment["count"]
    if segment["kind"] == "fixed":
        return [segment["amount_minor"]] * n
    if segment["kind"] == "interest_only":
        return [0] * n
    growth = 1 + Fraction(segment.get("growth_ppm", 0), 10**6)
    discount, total = Fraction(1), Fraction(0)
    for k, rate in enumerate(rates):
        discount /= 1 + rate
        total += discount * growth**k
    level = (balance - balloon * discount) / total
    return [rounded(level * growth**k, mode) for k in range(n)]


def _spread(rows: list[dict], indexes: list[int], component: str, amount: int) -> None:
    part = amount // len(indexes)
    for i in indexes:
        rows[i][component] += part
    rows[indexes[-1]][component] += amount - part * len(indexes)
