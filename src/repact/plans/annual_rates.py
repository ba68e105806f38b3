"""Annual rates of a plan, exact to the part per million.

Both rates solve Σ P_k · v^(t_k) = amount for a discount factor v (Newton, in integers). No root is
taken on trust: v is caught between two values whose signs are certain, rounding errors included,
and both must round to the same ppm. Where they do not, the sign at every half step of a ppm is
worked out exactly (nominal) or with 50 digits (effective).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Context, Decimal, localcontext
from fractions import Fraction

from repact.money.rounding import divide_half_up
from repact.plans.fields import WHOLE_PPM

_BITS = 96
_ONE = 1 << _BITS
_STEPS_MAX, _RUN_MIN = 12, 5
_CLOSE_BITS, _CAUGHT_BITS = 20, 36  # relative to the last flow's time
_PRECISION = 50
_YEAR_DAYS = 365
_LOWEST_PPM, _HIGHEST_PPM = -WHOLE_PPM + 1, 10_000 * WHOLE_PPM

Flows = Sequence[tuple[int, int]]


def nominal_ppm(*, amount: int, payments: Sequence[int], periods_per_year: Fraction) -> int | None:
    """Periods per year x the i that solves Σ P_k/(1+i)^k = amount, rounded to the nearest ppm.

    None when no such rate exists: nothing owed, nothing paid, or a rate beyond any sense.
    """
    whole, of = WHOLE_PPM * periods_per_year.numerator, periods_per_year.denominator

    def rate(factor: int, _: int) -> int:
        """i = 1/v - 1, a year's worth of it in ppm."""
        return divide_half_up((_ONE - factor) * whole, factor * of)

    found = _caught(amount, [(1, payment) for payment in payments], rate, None)
    if found is not None:
        return found
    return exact_nominal_ppm(amount=amount, payments=payments, periods_per_year=periods_per_year)


def effective_ppm(
    *, amount: int, flows: Flows, nominal: tuple[int, Fraction] | None = None
) -> int | None:
    """The X that solves Σ P_k/(1+X)^(days_k/365) = amount; `flows` are (days, payment), in order.

    Rounded to the nearest ppm; None when no such rate exists. `nominal` is the plan's nominal rate
    with its periods a year, to start from: it changes the time this takes, never the result.
    """
    gaps, day = [], 0
    for days, payment in flows:
        gaps.append((days - day, payment))
        day = days

    def rate(factor: int, lost: int) -> int:
        """X = v^-365 - 1 in ppm, v a day's discount factor; `lost` units a day in the power."""
        year = _power(factor, _YEAR_DAYS) + lost * _YEAR_DAYS
        return divide_half_up((_ONE - year) * WHOLE_PPM, year) if year else _HIGHEST_PPM + 1

    found = _caught(amount, gaps, rate, _near(*nominal) if nominal else None)
    return exact_effective_ppm(amount=amount, flows=flows) if found is None else found


def _caught(
    amount: int, gaps: Flows, rate: Callable[[int, int], int], start: int | None
) -> int | None:
    """The rate that both ends of a certain bracket of the discount factor round to, or None.

    `gaps` are (time since the flow before, payment). For factors up to 1 only, that is rates from
    zero up: then no sum exceeds the total, and what rounding down loses is bounded by `error`.
    """
    total = sum(payment for _, payment in gaps)
    if amount <= 0 or total <= amount:
        return 0 if 0 < amount == total else None
    runs = _runs(gaps)
    goal, last = amount << _BITS, sum(gap for gap, _ in gaps)
    factor = _approached(runs, goal, last, start or _guess(amount, total, gaps))
    if factor is None:
        return None
    width = (_ONE >> _CAUGHT_BITS) // last + 1
    low, high = factor - width, factor + width
    value, slope = _value_and_slope(runs, low)
    error = _lost(len(gaps), last, total)
    # as a function of ln v the sum is convex, so that at `high` it is above its tangent at `low`
    rises = (slope - last * error) * (high - low) // high
    if high >= _ONE or not value + error < goal < value + rises:
        return None
    highest, lowest = rate(low, 0), rate(high, 2)
    return lowest if lowest == highest <= _HIGHEST_PPM else None


def _approached(
    runs: Sequence[tuple[int, int, int]], goal: int, last: int, factor: int
) -> int | None:
    """A discount factor near the root, by Newton's method on the logarithm; None if it strays."""
    for _ in range(_STEPS_MAX):
        value, slope = _value_and_slope(runs, factor)
        move = ((value - goal) << _BITS) // max(slope, 1)
        factor -= factor * move >> _BITS
        if not 0 < factor < _ONE:
            return None
        if abs(move) * last >> (_BITS - _CLOSE_BITS) == 0:
            break
    return factor


def _lost(count: int, last: int, total: int) -> int:
    """What rounding down can lose of a sum of `count` flows over `last` units of time."""
    return count * (4 * last * total + 1)


def _guess(amount: int, total: int, gaps: Flows) -> int:
    """A discount factor to start from: all payments at their mean time, 1 - x + x²/2 for e^-x."""
    moment = time = 0
    for gap, payment in gaps:
        time += gap
        moment += payment * time
    x = min(_logarithm(total, amount) * total // moment, _ONE >> 1)
    return _ONE - x + (x * x >> _BITS + 1)


def _near(nominal_ppm: int, periods_per_year: Fraction) -> int:
    """A day's discount factor at a nominal rate, well enough to start from."""
    per_year, of = periods_per_year.numerator, periods_per_year.denominator
    whole = WHOLE_PPM * per_year
    x = _logarithm(whole + nominal_ppm * of, whole) * per_year // (_YEAR_DAYS * of)
    return _ONE - x + (x * x >> _BITS + 1)


def _logarithm(numerator: int, denominator: int) -> int:
    """ln(numerator/denominator) in fixed point, roughly: 2(y + y³/3 + y⁵/5)."""
    y = ((numerator - denominator) << _BITS) // (numerator + denominator)
    square = y * y >> _BITS
    return 2 * (y + (y * square >> _BITS) // 3 + (y * (square * square >> _BITS) >> _BITS) // 5)


def _power(base: int, exponent: int) -> int:
    """base^exponent in fixed point; rounded down, it loses at most twice the exponent in units."""
    result = _ONE
    while exponent:
        if exponent & 1:
            result = result * base >> _BITS
        base = base * base >> _BITS
        exponent >>= 1
    return result


def _runs(gaps: Flows) -> list[tuple[int, int, int]]:
    """The flows from the last to the first as (gap, payment in fixed point, how often)."""
    runs: list[tuple[int, int, int]] = []
    gap_before = payment_before = often = 0
    for gap, payment in reversed(gaps):
        if gap == gap_before and payment == payment_before:
            often += 1
            continue
        if often:
            runs.append((gap_before, payment_before << _BITS, often))
        gap_before, payment_before, often = gap, payment, 1
    runs.append((gap_before, payment_before << _BITS, often))
    return runs


def _value_and_slope(runs: Sequence[tuple[int, int, int]], factor: int) -> tuple[int, int]:
    """Σ P_k v^(t_k), and Σ t_k P_k v^(t_k), its slope by the logarithm of v.

    By Horner's rule from the last flow; a run of equal flows in closed steps, doubling: with p the
    factor of one gap, S_n = p + p² + … + pⁿ and T_n = p + 2p² + … + n pⁿ,
    S_2n = S_n + pⁿ S_n and T_2n = T_n + pⁿ (T_n + n S_n).
    """
    powers = {gap: _power(factor, gap) for gap in {gap for gap, _, _ in runs}}
    value = slope = 0
    for gap, payment, often in runs:
        power = powers[gap]
        if often < _RUN_MIN:
            for _ in range(often):
                value += payment
                slope = (slope + gap * value) * power >> _BITS
                value = value * power >> _BITS
            continue
        whole, sums, moments = _series(power, often)
        slope = (slope + gap * often * value) * whole + payment * gap * moments >> _BITS
        value = value * whole + payment * sums >> _BITS
    return value, slope


def _series(power: int, often: int) -> tuple[int, int, int]:
    """pⁿ, S_n and T_n of `_value_and_slope`, from the highest binary digit of n down."""
    whole = sums = moments = power
    count = 1
    for digit in bin(often)[3:]:
        moments += (moments + count * sums) * whole >> _BITS
        sums += sums * whole >> _BITS
        whole = whole * whole >> _BITS
        count *= 2
        if digit == "1":
            count += 1
            whole = whole * power >> _BITS
            sums += whole
            moments += count * whole
    return whole, sums, moments


def exact_nominal_ppm(
    *, amount: int, payments: Sequence[int], periods_per_year: Fraction
) -> int | None:
    """`nominal_ppm` by bisection, the sign of each half step worked out in whole integers."""
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
    return _nearest(payments, excess, lowest)


def exact_effective_ppm(*, amount: int, flows: Flows) -> int | None:
    """`effective_ppm` by bisection, the sign of each half step worked out with 50 digits."""
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

        return _nearest([payment for _, payment in flows], excess, _LOWEST_PPM)


def _nearest(payments: Sequence[int], excess: Callable[[int], int], lowest: int) -> int | None:
    """The whole ppm nearest to where `excess`, falling in the rate, changes sign, if it does.

    `excess` takes half steps of a ppm, so that a tie is a value it can be asked about.
    """
    if not any(payments):
        return None
    low, high = (0, _HIGHEST_PPM) if excess(0) >= 0 else (lowest, 0)
    if excess(2 * low - 1) < 0 or excess(2 * high + 1) > 0:
        return None
    while low < high:
        middle = (low + high) // 2
        if excess(2 * middle + 1) > 0:
            low = middle + 1
        else:
            high = middle
    return low


def _sign(value: int | Decimal) -> int:
    return (value > 0) - (value < 0)
