"""Dividing a sum without losing or inventing a minor unit."""

from __future__ import annotations

from collections.abc import Sequence

from repact.errors import RepactError


class SplitError(RepactError):
    """The sum cannot be divided that way."""


def spread(total_minor: int, count: int, /) -> list[int]:
    """`count` parts, each the floor of an equal share, the last with the rest."""
    if count < 1 or total_minor < 0:
        raise SplitError("money.split_impossible", total_minor=total_minor, count=count)
    part = total_minor // count
    return [part] * (count - 1) + [total_minor - part * (count - 1)]


def largest_remainder(total_minor: int, weights: Sequence[int], /) -> list[int]:
    """Parts in proportion to `weights` (Hamilton's method); ties go to the earlier one."""
    whole = sum(weights)
    if total_minor < 0 or whole <= 0 or min(weights) < 0:
        raise SplitError("money.split_impossible", total_minor=total_minor, count=len(weights))
    parts = [total_minor * weight // whole for weight in weights]
    by_remainder = sorted(
        range(len(weights)), key=lambda i: (-(total_minor * weights[i] % whole), i)
    )
    for i in by_remainder[: total_minor - sum(parts)]:
        parts[i] += 1
    return parts
