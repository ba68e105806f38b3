"""The only place where a fraction becomes a minor unit."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Literal

Rounding = Literal["half_up", "half_even"]
Divide = Callable[[int, int], int]


def divide_half_up(numerator: int, denominator: int, /) -> int:
    """The nearest integer; a tie goes away from zero. The denominator is positive."""
    if numerator >= 0:
        return (2 * numerator + denominator) // (2 * denominator)
    return -((denominator - 2 * numerator) // (2 * denominator))


def divide_half_even(numerator: int, denominator: int, /) -> int:
    """The nearest integer; a tie goes to the even one. The denominator is positive."""
    quotient, rest = divmod(numerator, denominator)
    if 2 * rest > denominator or (2 * rest == denominator and quotient % 2):
        return quotient + 1
    return quotient


DIVIDE: dict[Rounding, Divide] = {"half_up": divide_half_up, "half_even": divide_half_even}


def to_minor(value: Fraction, mode: Rounding, /) -> int:
    """An exact value as minor units, rounded once."""
    return DIVIDE[mode](value.numerator, value.denominator)
