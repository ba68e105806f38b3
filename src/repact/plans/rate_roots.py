"""Finding the one rate at which flows balance, or that there is none, or more than one.

The present value of each flow is amount x (something positive that falls as the rate rises), and so
is its slope. Over an interval of rates both are therefore caught between their values at its ends:
an interval where zero cannot lie is left, one where the slope cannot be zero holds one root at
most. The rest is halved. (Isolation of roots by interval arithmetic.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal, localcontext
from fractions import Fraction
from typing import NamedTuple

from repact.plans.errors import PlanError
from repact.plans.fields import WHOLE_PPM

_PRECISION = 50
_NARROWEST = Decimal("1e-9")
_LOWEST, _HIGHEST = Decimal("-0.9999"), 100


class Term(NamedTuple):
    """An amount (negative when paid), after `whole` periods and `odd` of one.

    Its factor is 1 / ((1 + odd·i) (1+i)^whole): simple interest over the odd part. Where the whole
    time is compounded, `odd` is 0 and `whole` a fraction.
    """

    amount: int
    whole: Fraction
    odd: Fraction = Fraction(0)


class _Sum:
    """The present value of terms at a rate, and its slope, with 50 digits."""

    def __init__(self, terms: Sequence[Term], context: Context) -> None:
        self.context = context
        ordered = sorted(terms, key=lambda term: term.whole)
        self.terms = [
            (Decimal(term.amount), self.decimal(term.whole), self.decimal(term.odd))
            for term in ordered
        ]

    def at(self, rate: Decimal) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        """What comes in and goes out, and the slopes of both (all positive)."""
        base = self.context.ln(1 + rate)
        powers: dict[Decimal, Decimal] = {}
        power, before = Decimal(1), Decimal(0)
        up = down = rising = falling = Decimal(0)
        for amount, whole, odd in self.terms:
            gap = whole - before
            if gap not in powers:
                powers[gap] = self.context.exp(-gap * base)
            power, before = power * powers[gap], whole
            simple = 1 + odd * rate
            value = abs(amount) * self.context.divide(power, simple)
            slope = value * (
                self.context.divide(odd, simple) + self.context.divide(whole, 1 + rate)
            )
            if amount > 0:
                up, rising = up + value, rising + slope
            else:
                down, falling = down + value, falling + slope
        return up, down, rising, falling

    def decimal(self, value: Fraction) -> Decimal:
        """A fraction with 50 digits."""
        return self.context.divide(Decimal(value.numerator), Decimal(value.denominator))


def only_root_ppm(terms: Sequence[Term], /, *, periods_per_year: Fraction) -> int:
    """Periods a year x the only rate at which the terms balance, to the nearest ppm.

    Looked for from -99.99% a period to 10,000% a year: a fee paid long before a loan has a second
    root far beyond. Raises PlanError `plan.no_rate`, or `plan.rate_not_unique` with how many there
    are at least.
    """
    with localcontext(Context(prec=_PRECISION)) as context:
        made = _Sum(_netted(terms), context)
        highest = made.decimal(
            Fraction(_HIGHEST * periods_per_year.denominator, periods_per_year.numerator)
        )
        brackets = list(_isolated(made, _LOWEST, highest)) if made.terms else []
        if not brackets:
            raise PlanError("plan.no_rate", field="payments")
        if len(brackets) > 1:
            raise PlanError("plan.rate_not_unique", field="payments", rates_min=len(brackets))
        scale = Decimal(2 * WHOLE_PPM) * made.decimal(periods_per_year)
        return _nearest(made, brackets[0], scale)


def _netted(terms: Sequence[Term]) -> list[Term]:
    """One term for each time; what cancels out at a time balances at any rate and says nothing."""
    sums: Counter[tuple[Fraction, Fraction]] = Counter()
    for amount, whole, odd in terms:
        sums[whole, odd] += amount
    return [Term(amount, *when) for when, amount in sums.items() if amount]


def _isolated(made: _Sum, low: Decimal, high: Decimal) -> Iterator[tuple[Decimal, Decimal]]:
    """Intervals of rates that each hold exactly one root, from the lowest up.

    Where nothing can be said even of a billionth, a root of even order lies there: it is given
    twice, as what two close roots would be.
    """
    at_low, at_high = made.at(low), made.at(high)
    if at_low[0] - at_high[1] < 0 or at_high[0] - at_low[1] > 0:
        return
    monotone = at_low[2] - at_high[3] < 0 or at_high[2] - at_low[3] > 0
    signs = (_sign(at_low[0] - at_low[1]), _sign(at_high[0] - at_high[1]))
    if monotone:
        if signs[0] != signs[1] and signs[0]:
            yield low, high
        return
    if high - low < _NARROWEST:
        yield low, high
        yield low, high
        return
    # halfway by the growth factor: high rates are not more interesting for being far apart
    middle = made.context.sqrt((1 + low) * (1 + high)) - 1
    yield from _isolated(made, low, middle)
    yield from _isolated(made, middle, high)


def _nearest(made: _Sum, bracket: tuple[Decimal, Decimal], scale: Decimal) -> int:
    """The whole ppm nearest to the root, a tie up, by halving on the half steps of a ppm."""
    low = int((bracket[0] * scale).to_integral_value(ROUND_FLOOR))
    high = int((bracket[1] * scale).to_integral_value(ROUND_CEILING))
    falling = _sign_at(made, bracket[0])
    while high - low > 1:
        middle = (low + high) // 2
        if _sign_at(made, made.context.divide(Decimal(middle), scale)) == falling:
            low = middle
        else:
            high = middle
    if high % 2 and _sign_at(made, made.context.divide(Decimal(high), scale)) == 0:
        return (high + 1) // 2
    return high // 2


def _sign_at(made: _Sum, rate: Decimal) -> int:
    up, down, _, _ = made.at(rate)
    return _sign(up - down)


def _sign(value: Decimal) -> int:
    return (value > 0) - (value < 0)
