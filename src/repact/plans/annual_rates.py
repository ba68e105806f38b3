"""Annual rates of a plan, exact to the part per million.

No float is trusted: the sign at every half step of a ppm is worked out in integers for the nominal
rate, in decimal arithmetic of 50 digits for the effective one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Context, Decimal, localcontext
from fractions import Fraction

from repact.plans.fields import WHOLE_PPM

_PRECISION = 50
_YEAR_DAYS = 365
_LOWEST_PPM, _HIGHEST_PPM = -WHOLE_PPM + 1, 10_000 * WHOLE_PPM


def nominal_ppm(*, amount: int, payments: Sequence[int], periods_per_year: Fraction) -> int | None:
    """Periods per year x the i that solves Σ P_k/(1+i)^k = amount, rounded to the nearest ppm.

    None when no such rate exists: nothing owed, nothing paid, or a rate beyond any sense.
    """
    per_year, per_year_of = periods_per_year.numerator, periods_per_year.denominator
    # i = half_steps / (2 * 10^6 * periods per year)
    whole = 2 * WHOLE_PPM * per_year

    def excess(half_steps: int) -> int:
        """The sign of (present value at this rate - amount)."""
        grown = whole + half_steps * per_year_of
        numerator, power = 0, 1
        for payment in reversed(payments):
            numerator = whole * (numerator + payment * power)
            power *= grown
        return _sign(numerator - amount * power)

    if whole + 2 * _LOWEST_PPM * per_year_of <= 0:
        lowest = -(whole // (2 * per_year_of)) + 1
    else:
        lowest = _LOWEST_PPM
    return _nearest(amount, payments, excess, lowest)


def effective_ppm(*, amount: int, flows: Sequence[tuple[int, int]]) -> int | None:
    """The X that solves Σ P_k/(1+X)^(days_k/365) = amount; `flows` are (days, payment).

    Rounded to the nearest ppm; None when no such rate exists.
    """
    with localcontext(Context(prec=_PRECISION)) as context:
        goal = Decimal(amount)
        year = Decimal(_YEAR_DAYS)

        def excess(half_steps: int) -> int:
            grown = 1 + context.divide(Decimal(half_steps), Decimal(2 * WHOLE_PPM))
            daily = context.exp(context.divide(-context.ln(grown), year))
            value, power, day = Decimal(0), Decimal(1), 0
            for days, payment in flows:
                power *= daily ** (days - day)
                day = days
                value += payment * power
            return _sign(value - goal)

        return _nearest(amount, [payment for _, payment in flows], excess, _LOWEST_PPM)


def _nearest(
    amount: int, payments: Sequence[int], excess: Callable[[int], int], lowest: int
) -> int | None:
    """The whole ppm nearest to where `excess`, falling in the rate, changes sign.

    `excess` takes half steps of a ppm, so that a tie is a value it can be asked about.
    """
    if amount <= 0 or not any(payments):
        return None
    low, high = _bracket(excess, lowest)
    if excess(2 * low - 1) < 0 or excess(2 * high + 1) > 0:
        return None
    while low < high:
        middle = (low + high) // 2
        if excess(2 * middle + 1) > 0:
            low = middle + 1
        else:
            high = middle
    return low


def _bracket(excess: Callable[[int], int], lowest: int) -> tuple[int, int]:
    """Whole ppm on both sides of the root, found by doubling away from zero."""
    if excess(0) >= 0:
        high = 1 << 16
        while excess(2 * high) > 0 and high < _HIGHEST_PPM:
            high *= 4
        return 0, min(high, _HIGHEST_PPM)
    low = -(1 << 16)
    while low > lowest and excess(2 * low) < 0:
        low *= 4
    return max(low, lowest), 0


def _sign(value: int | Decimal) -> int:
    return (value > 0) - (value < 0)
