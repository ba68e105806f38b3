"""Mutants that no test can kill, because the program means the same with them; each with why."""

from __future__ import annotations

ALIKE: dict[tuple[str, str], str] = {
    (
        "money/rounding.py",
        "if ⟨numerator >= 0 -> numerator > 0⟩:",
    ): "nothing is nothing, rounded either way",
    (
        "money/rounding.py",
        "if numerator >= ⟨0 -> 1⟩:",
    ): "nothing is nothing, rounded either way",
    (
        "plans/accrual.py",
        "if ⟨until >= end -> until > end⟩ or not (whole := rate_days(terms, start, end)):",
    ): "all days of the period are the whole of its rate",
    (
        "plans/document.py",
        "first = error.errors(include_url=⟨False -> True⟩, include_input=False)[0]",
    ): "the address is not read",
    (
        "plans/document.py",
        "first = error.errors(include_url=False, include_input=⟨False -> True⟩)[0]",
    ): "the input is not read",
    (
        "plans/servicing/fold.py",
        "parts += spend([self.returned], left, order, across_rows=⟨True -> False⟩)",
    ): "one row: across rows and across components are the same",
    (
        "plans/servicing/fold.py",
        "parts += spend(ahead[:1], left, order, across_rows=⟨True -> False⟩)",
    ): "one row: across rows and across components are the same",
    (
        "plans/servicing/closing.py",
        "if ⟨sums[index] < 0 -> sums[index] <= 0⟩:  # more interest was paid in advance than is earned",
    ): "moving nothing moves nothing",
    (
        "plans/servicing/preview.py",
        "while ⟨len(days) < 3 -> len(days) <= 3⟩:",
    ): "a fourth day is not looked at",
    (
        "plans/rate_roots.py",
        "if ⟨high - low < _NARROWEST -> high - low <= _NARROWEST⟩:",
    ): "halves of a decimal never meet the bound exactly",
    (
        "plans/search.py",
        "if ⟨high - low < ROWS_MAX -> high - low <= ROWS_MAX⟩:",
    ): "only how far one by one is tried",
    (
        "plans/search.py",
        "if ⟨high - low -> high + low⟩ < ROWS_MAX:",
    ): "only how far one by one is tried",
    (
        "plans/search.py",
        "values = [high, *(low + (1 << step) for step in range((⟨high - low -> high + low⟩).bit_length()))]",
    ): "only where the search looks first",
    (
        "plans/search.py",
        "low, high = 1, position.total_minor * WHOLE_PPM // sum(weights) + ⟨1 -> 2⟩",
    ): "only where the search begins",
    (
        "plans/schedule.py",
        "if len(terms.shape) > 1 or not isinstance(segment, t.Level) or segment.count == ⟨1 -> 2⟩:",
    ): "0 says nothing of a shape, which is always allowed",
    (
        "plans/annual_rates.py",
        "return divide_half_up((_ONE - year) * WHOLE_PPM, year) if year else _HIGHEST_PPM + ⟨1 -> 2⟩",
    ): "anything above the highest rate is none",
    (
        "plans/search.py",
        "return ROWS_MAX - sum(schedule.rows_of(segment) for segment in terms.shape[:⟨-1 -> +1⟩])",
    ): "a plan of too many rows is refused, and then it does not meet the target",
}
