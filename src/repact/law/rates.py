"""What may be charged: caps with default costs counted, penalty, damages, interest on interest."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from repact.law.catalogue import WHOLE_PPM, Catalogue
from repact.law.entries import Entry
from repact.law.facts import Around, Finding, PlanFacts, ProductFacts, finding
from repact.money.rounding import divide_half_up
from repact.plans import terms as t
from repact.plans.accrual import interest

LPR = "CN-LPR-1Y"


def cap_ppm(entry: Entry, law: Catalogue, *, on: date) -> int:
    """The yearly cap of an entry on a day, in ppm; 4 times the LPR follows the series."""
    return entry.value * law.series_named(LPR).at(on) if entry.unit == "times_lpr" else entry.value


def rollover_ceiling_minor(*, principal_minor: int, annual_ppm: int, start: date, end: date) -> int:
    """The most principal and interest together may come to, minor units.

    P + P x cap x the whole period (30/360, so that two years are two). Source: Supreme People's
    Court on private lending, art. 27: rolled-over interest beyond it is not enforced.
    """
    return principal_minor + interest(
        amount_minor=principal_minor,
        annual_rate_ppm=annual_ppm,
        start=start,
        end=end,
        day_count="30/360",
    )


def diminished_obligation_ppm(*, before_minor: int, after_minor: int) -> int:
    """(NPV0 - NPV1) / NPV0 in ppm, both at the original rate; 0 where nothing is lost.

    Source: EBA/GL/2016/07 par. 51.
    """
    lost = max(before_minor - after_minor, 0)
    return divide_half_up(lost * WHOLE_PPM, before_minor)


def product_rate_cap(entry: Entry, facts: ProductFacts, law: Catalogue, on: date) -> Finding | None:
    """A product whose worst year costs more than the cap of the day."""
    return _over(entry, facts.worst_rate_ppm, law, _cap_date(entry, facts, on))


def rate_cap(entry: Entry, plan: Around, law: Catalogue, on: date) -> Finding | None:
    """A plan whose worst year costs more than the cap of the day."""
    return _over(entry, plan.worst_rate_ppm, law, _cap_date(entry, plan.product, on))


def contract_above_cap(
    entry: Entry, facts: ProductFacts, law: Catalogue, on: date
) -> Finding | None:
    """The original contract itself is above a cap: a supervisor looks, and it is no comparator."""
    found = product_rate_cap(entry, facts, law, on)
    if found is None:
        return None
    return replace(found, action="warn", needs_supervisor=True, check="contract_above_cap")


def product_penalty(entry: Entry, facts: ProductFacts) -> Finding | None:
    """A penalty rate above the contract rate x (1 + the allowed share)."""
    return _share(entry, facts.contract_rate_ppm, facts.default_rate_ppm)


def late_share(entry: Entry, plan: Around) -> Finding | None:
    """The plan's late rate above the contract rate x (1 + the allowed share).

    The contract's rate is the measure, also of a plan that lowers or waives interest: it is what
    the lender loses by a late payment (Civil Code art. 585) and the rate the contract names.
    """
    return _share(entry, plan.contract_rate_ppm, plan.conduct.late_rate_ppm)


def rollover(entry: Entry, plan: PlanFacts, law: Catalogue) -> Finding | None:
    """Interest made principal takes the whole above the ceiling of art. 27."""
    product, lent = plan.product, plan.case.first_principal_minor
    capitalizes = any(isinstance(measure, t.Capitalize) for measure in plan.terms.measures)
    if not capitalizes or lent is None or product.contract_on is None:
        return None
    cap = cap_ppm(entry, law, on=product.contract_on)
    ceiling = rollover_ceiling_minor(
        principal_minor=lent,
        annual_ppm=cap,
        start=product.contract_on,
        end=plan.schedule.rows[-1].due_date,
    )
    total = plan.case.paid_minor + plan.schedule.totals.payment_minor
    if total <= ceiling:
        return None
    found = finding(entry, total_minor=total, ceiling_minor=ceiling, over_minor=total - ceiling)
    return _as_sure_as(law, entry, found)


def penalty_bears_interest(entry: Entry, plan: PlanFacts) -> Finding | None:
    """Penalty or fees that become interest-bearing principal."""
    components = [
        measure.component
        for measure in plan.terms.measures
        if isinstance(measure, t.Capitalize) and measure.component != "interest"
    ]
    return finding(entry, components=components) if components else None


def fee_as_interest(entry: Entry, plan: Around) -> Finding | None:
    """A price for installments called a fee."""
    fees = plan.case.new_fees_minor
    return finding(entry, fees_minor=fees) if fees else None


def upfront_deduction(entry: Entry, plan: Around) -> Finding | None:
    """Something kept back from what was lent."""
    kept = plan.case.deducted_minor
    return finding(entry, deducted_minor=kept) if kept else None


def diminished(entry: Entry, plan: PlanFacts) -> Finding | None:
    """A concession larger than the share that makes the debtor defaulted."""
    position, present = plan.position, plan.disclosure.present_value_minor
    if position is None or present is None:
        return None
    before = position.principal_minor + position.interest_minor
    lost = diminished_obligation_ppm(before_minor=before, after_minor=present)
    return finding(entry, lost_ppm=lost, lost_ppm_max=entry.value) if lost > entry.value else None


def new_disclosures(entry: Entry, plan: PlanFacts) -> Finding | None:
    """A plan that raises the rate, or lends anew, is a new credit, to be disclosed anew."""
    rate, contract = plan.terms.annual_rate_ppm, plan.contract_rate_ppm
    lent = plan.case.new_money_minor
    if rate <= contract and not lent:
        return None
    found = finding(entry, rate_ppm=rate, contract_rate_ppm=contract)
    return replace(found, params={**found.params, "new_money_minor": lent}) if lent else found


def _cap_date(entry: Entry, facts: ProductFacts, on: date) -> date:
    by_contract = entry.attaches_to == "contract_formation"
    return facts.contract_on or on if by_contract else on


def _over(entry: Entry, worst_ppm: int, law: Catalogue, day: date) -> Finding | None:
    cap = cap_ppm(entry, law, on=day)
    if worst_ppm <= cap:
        return None
    void = entry.figures.get("void_above_ppm")
    beyond = {"void_above_ppm": void} if void is not None and worst_ppm > void else {}
    return _as_sure_as(law, entry, finding(entry, rate_ppm=worst_ppm, cap_ppm=cap, **beyond))


def _as_sure_as(law: Catalogue, entry: Entry, found: Finding) -> Finding:
    """A cap made of a series from memory is unconfirmed too, and does not block."""
    if entry.unit != "times_lpr" or not law.series_named(LPR).is_unconfirmed:
        return found
    return replace(found, unconfirmed=True, action="warn")


def _share(entry: Entry, base_ppm: int, rate_ppm: int) -> Finding | None:
    cap = base_ppm * (WHOLE_PPM + entry.value) // WHOLE_PPM
    return finding(entry, rate_ppm=rate_ppm, cap_ppm=cap) if rate_ppm > cap else None
