"""What an offer must keep to, said once more and apart from the program: bounds and means."""

from __future__ import annotations

from itertools import pairwise

from repact.law.shapes import months_between
from repact.plans.conduct import Conduct
from repact.plans.fields import WHOLE_PPM

ONE_SUM = "settlement"


def within_means(offer, known):
    """No regular payment is above what its month can pay; a larger last one was left to the end."""
    if offer.label == "rhythm":
        asked = known.at_rhythm(known.rhythm).ceiling_minor
        assert offer.merit.payment_minor <= asked
        return
    if not known.months_minor:
        assert offer.merit.payment_minor <= known.ceiling_minor
        return
    *rows, last = offer.bill.rows
    assert last.payment_minor - offer.merit.end_sum_minor <= _of(known, last)
    assert all(row.payment_minor <= _of(known, row) for row in rows)


def _of(known, row):
    return known.months_minor[row.due_date.month - 1]


def within_bounds(policy, part, owed, offer):
    """Every measure and shape of a part is one its product and bucket allow, in their bounds."""
    product = policy.product(owed.product_code)
    may = policy.may_use(product=product, days_past_due=owed.days_past_due)
    terms, bounds = part.terms, policy.instruments
    assert Conduct.of(terms) == policy.conduct
    if terms.frequency.unit == "week":
        assert "frequency_change" in may
        assert months_between(terms.effective_date, part.schedule.rows[-1].due_date) <= (
            product.months_max + 1
        )
    else:
        assert len(part.schedule.rows) <= product.months_max
    if offer.label in {ONE_SUM, "in_parts"}:
        assert "settlement" in may
        assert len(part.schedule.rows) <= bounds.settlement.installments_max
        return
    contract = owed.position.contract
    assert terms.annual_rate_ppm <= contract.annual_rate_ppm
    if terms.annual_rate_ppm < contract.annual_rate_ppm:
        assert "rate_cut" in may
        assert terms.annual_rate_ppm in bounds.rate_cut.rates_ppm
    for measure in terms.measures:
        assert_measure_within(bounds, measure, may)
    own = {"catch_up": catches_up, "rising": rises, "seasonal": follows_seasons}
    if offer.label in own:
        own[offer.label](bounds, part, may)
        return
    for segment in terms.shape:
        assert_segment_within(bounds, segment, may)


def assert_measure_within(bounds, measure, may):
    name = f"waive_{measure.component}" if measure.kind == "waive" else measure.kind
    if name == "carry" and measure.count is not None:
        assert "catch_up" in may
        assert measure.count <= bounds.catch_up.months_max
        return
    assert name in may
    if name in {"waive_penalty", "waive_fees", "waive_interest"}:
        assert measure.share_ppm in bounds.bounds(name).shares_ppm
    if name in {"waive_principal", "set_aside"}:
        assert measure.share_ppm <= bounds.bounds(name).share_ppm_max
    if name == "freeze":
        assert (measure.to_date - measure.from_date).days <= 31 * bounds.freeze.months_max


def assert_segment_within(bounds, segment, may):
    if segment.kind == "holiday":
        assert "holiday" in may
        assert segment.count <= bounds.holiday.rows_max
        assert segment.interest in bounds.holiday.interest
    if segment.kind == "interest_only":
        assert segment.count <= bounds.interest_only.rows_max
    if segment.kind == "fixed":
        assert segment.count <= bounds.reduced.rows_max
    if segment.kind == "balloon":
        assert "balloon" in may
        assert bounds.balloon.above_means
        assert segment.share_ppm <= bounds.balloon.share_ppm_max


def catches_up(bounds, part, may):
    """The contract's own payment and more for some months, then what the contract still asks."""
    assert "catch_up" in may
    contract = part.position.contract
    head, tail = part.terms.shape
    assert head.count <= bounds.catch_up.months_max
    assert head.amount_minor >= contract.remaining[0].amount_minor
    assert head.count + tail.count == len(contract.remaining)


def rises(bounds, part, may):
    """Every step is as long as the others, and larger by no more than the bound."""
    assert "step_up" in may
    *steps, tail = part.terms.shape
    assert len(steps) <= bounds.step_up.steps_max
    assert len({step.count for step in steps}) == 1
    rest = part.schedule.rows[-tail.count]
    amounts = [*(step.amount_minor for step in steps), rest.payment_minor - rest.carried_minor]
    for before, after in pairwise(amounts):
        grown = before * bounds.step_up.growth_ppm_max // WHOLE_PPM
        assert after <= before + grown


def follows_seasons(bounds, part, may):
    """The same months of every year ask for less, and for no less than the bound."""
    assert "seasonal" in may
    *head, tail = part.terms.shape
    amounts = [
        getattr(segment, "amount_minor", 0) for segment in head for _ in range(segment.count)
    ]
    rows = part.schedule.rows[: len(amounts)]
    high = max(amounts, default=0)
    low = {row.due_date.month for row, paid in zip(rows, amounts, strict=True) if paid < high}
    full = {row.due_date.month for row, paid in zip(rows, amounts, strict=True) if paid == high}
    assert not low & full
    assert len(low) <= bounds.seasonal.low_months_max
    least = high * bounds.seasonal.share_ppm_min // WHOLE_PPM - 1
    assert all(paid >= least for paid in amounts)
    assert tail.count <= 12
