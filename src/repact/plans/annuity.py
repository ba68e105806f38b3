"""Present values and level payments as exact fractions.

With r_i the rate of period i and D_k = Π_{i<=k} 1/(1 + r_i), a payment that repays B over n periods
with a balloon b is (B - b·D_n) / Σ D_k. Writing 1 + r_i = q_i/d_i keeps everything in integers.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from repact.plans.fields import WHOLE_PPM
from repact.plans.periods import PeriodRate

Fractional = tuple[int, int]


def level_payment(*, balance: int, balloon: int, rates: Sequence[PeriodRate]) -> Fractional:
    """The exact equal payment (numerator, denominator) for a balance over these periods."""
    rate, whole = rates[0]
    count = len(rates)
    if rates.count(rates[0]) == count and rate:
        grown, plain = (whole + rate) ** count, whole**count
        return (balance * grown - balloon * plain) * rate, (grown - plain) * whole
    sum_numerator, denominator = _discounted_sum(rates, growth=(1, 1))
    plain = prod(whole for _, whole in rates)
    return balance * denominator - balloon * plain, sum_numerator


def growing_payment(*, balance: int, growth_ppm: int, rates: Sequence[PeriodRate]) -> Fractional:
    """The exact first payment when each is (1 + growth) times the one before."""
    growth = (WHOLE_PPM + growth_ppm, WHOLE_PPM)
    sum_numerator, denominator = _discounted_sum(rates, growth=growth)
    return balance * denominator, sum_numerator


def present_value(payments: Sequence[int], rates: Sequence[PeriodRate]) -> Fractional:
    """Payments discounted period by period: Σ P_k · D_k, by Horner from the last."""
    numerator, denominator = 0, 1
    for payment, (rate, whole) in zip(reversed(payments), reversed(rates), strict=True):
        numerator = whole * (numerator + payment * denominator)
        denominator *= whole + rate
    return numerator, denominator


def _discounted_sum(rates: Sequence[PeriodRate], *, growth: Fractional) -> Fractional:
    """Σ D_k · g^(k-1) as a fraction over Π q_i (times the growth's denominators)."""
    up, down = growth
    numerator, denominator = 0, 1
    for rate, whole in reversed(rates):
        numerator = whole * (denominator * down + up * numerator)
        denominator *= (whole + rate) * down
    return numerator, denominator
