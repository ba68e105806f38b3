"""How long a plan may last, and how it may be built."""

from __future__ import annotations

from datetime import date

from repact.law.entries import Entry
from repact.law.facts import Around, CaseFacts, Finding, PlanFacts, finding
from repact.plans import measures
from repact.plans import terms as t
from repact.plans.position import Position


def months_between(start: date, end: date, /) -> int:
    """Months from a day to another, a begun month counting whole."""
    return (end.year - start.year) * 12 + end.month - start.month + (end.day > start.day)


def term_cap(entry: Entry, plan: PlanFacts, on: date) -> Finding | None:
    """The last payment comes later than the longest term counted from signing, or more is owed than
    the rule is for."""
    late = over_term(entry, plan.schedule.rows[-1].due_date, on)
    return late or over_amount(entry, plan.position)


def over_amount(entry: Entry, position: Position | None, /) -> Finding | None:
    """More principal, or more in all, than a rule with such a limit (`amount_minor_max`,
    `owed_minor_max` among its figures) is for; its currency is that of the jurisdiction."""
    if position is None:
        return None
    owed = {"amount_minor": position.principal_minor, "owed_minor": position.total_minor}
    for name, amount in owed.items():
        most = entry.figures.get(f"{name}_max")
        if most is not None and amount > most:
            return finding(entry, **{name: amount, f"{name}_max": most})
    return None


def over_term(entry: Entry, last_due_date: date, on: date, /) -> Finding | None:
    """The same of a last payment alone."""
    months = months_between(on, last_due_date)
    return finding(entry, months=months, months_max=entry.value) if months > entry.value else None


def bullet_term(entry: Entry, plan: PlanFacts, on: date) -> Finding | None:
    """All principal comes with the last payment, later than such a loan may last."""
    rows = plan.schedule.rows
    if any(row.principal_minor for row in rows[:-1]):
        return None
    return term_cap(entry, plan, on)


def extension_cap(
    entry: Entry, plan: PlanFacts, entries: tuple[Entry, ...], on: date
) -> Finding | None:
    """An extension longer than the rules on personal loans allow.

    A loan of at most `short_months` is extended by its own term at most; a longer one until term
    and extension together reach the longest term of the product.
    """
    return over_extension(entry, plan.case, plan.schedule.rows[-1].due_date, entries, on)


def over_extension(
    entry: Entry, case: CaseFacts, last_due_date: date, entries: tuple[Entry, ...], on: date, /
) -> Finding | None:
    """The same of a last payment alone."""
    term, end = case.original_months, case.original_end_date
    if term is None or end is None:
        return None
    extension = months_between(end, last_due_date)
    longest = min((e.value for e in entries if e.check == "term_cap" and e.in_force(on)), default=0)
    most = term if term <= entry.figures["short_months"] else longest - term
    if extension <= 0 or extension <= most:
        return None
    return finding(entry, extension_months=extension, extension_months_max=max(most, 0))


def balance_cap(entry: Entry, plan: PlanFacts) -> Finding | None:
    """Interest or fees made principal take the balance above what may be lent to one person."""
    if plan.position is None:
        return None
    standing = measures.apply(plan.position, plan.terms)
    balance = plan.position.principal_minor + standing.capitalized
    if not standing.capitalized or balance <= entry.value:
        return None
    return finding(entry, balance_minor=balance, balance_minor_max=entry.value)


def reinstallment(entry: Entry, plan: Around) -> Finding | None:
    """A balance that is already in installments is put in installments once more."""
    return finding(entry) if plan.case.is_reinstallment else None


def lump_sum_pressure(entry: Entry, plan: PlanFacts) -> Finding | None:
    """One or few payments, or one above the means, that the borrower did not ask for."""
    few = len(plan.schedule.rows) <= entry.value
    largest = max(row.payment_minor for row in plan.schedule.rows)
    means = plan.case.affordable_minor
    if plan.case.lump_sum_asked or not (few or (means is not None and largest > means)):
        return None
    return finding(entry, rows=len(plan.schedule.rows), payment_minor=largest)


def few_payments(entry: Entry, rows: int, /) -> Finding:
    """The same of how many payments there are alone."""
    return finding(entry, rows=rows)


def moratorium(entry: Entry, plan: PlanFacts) -> Finding | None:
    """Interest runs or a payment falls due inside a breathing space."""
    if plan.case.moratorium is None:
        return None
    start, end = plan.case.moratorium
    effective, terms = plan.terms.effective_date, plan.terms
    frozen = terms.annual_rate_ppm == 0 or any(
        isinstance(m, t.Freeze) and m.from_date <= max(start, effective) and end <= m.to_date
        for m in terms.measures
    )
    due = any(start <= row.due_date < end and row.payment_minor for row in plan.schedule.rows)
    if effective >= end or (frozen and not due):
        return None
    return inside_moratorium(entry, end)


def inside_moratorium(entry: Entry, end: date, /) -> Finding:
    """What is found of a plan inside a breathing space that lasts to before a day."""
    return finding(entry, until=end.isoformat())


def interest_relief(plan: PlanFacts, /) -> tuple[str, ...]:
    """The kinds of relief in interest, penalty or fees that a plan gives.

    Source: CONC 7.3 as amended by PS24/2 from 4 November 2024.
    """
    found: list[str] = []
    if plan.terms.annual_rate_ppm < plan.product.contract_rate_ppm:
        found.append("lower_rate")
    for measure in plan.terms.measures:
        if isinstance(measure, t.Freeze):
            found.append("freeze")
        if isinstance(measure, t.Waive) and measure.component != "principal":
            found.append(f"waive_{measure.component}")
    if any(isinstance(s, t.Holiday) and s.interest == "freeze" for s in plan.terms.shape):
        found.append("holiday_without_interest")
    return tuple(found)
