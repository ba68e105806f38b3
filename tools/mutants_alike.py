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
        "plans/annual_rates.py",
        "return divide_half_up((_ONE - year) * WHOLE_PPM, year) if year else _HIGHEST_PPM + ⟨1 -> 2⟩",
    ): "anything above the highest rate is none",
    (
        "plans/annual_rates.py",
        "_PRECISION = ⟨50 -> 51⟩",
    ): "50 digits are many more than are needed",
    (
        "plans/annual_rates.py",
        "if ⟨amount <= 0 -> amount < 0⟩ or total <= amount:",
    ): "the exact way then answers, and the same",
    (
        "plans/annual_rates.py",
        "if amount <= ⟨0 -> 1⟩ or total <= amount:",
    ): "the exact way then answers, and the same",
    (
        "plans/annual_rates.py",
        "if amount <= 0 or ⟨total <= amount -> total < amount⟩:",
    ): "the exact way then answers, and the same",
    (
        "plans/annual_rates.py",
        "return 0 if ⟨0 -> 1⟩ < amount == total else None",
    ): "the exact way then answers, and the same",
    (
        "plans/annual_rates.py",
        "return divide_half_up((_ONE - year) * WHOLE_PPM, year) if year else ⟨_HIGHEST_PPM + 1 -> _HIGHEST_PPM - 1⟩",
    ): "the other end of the bracket is far beyond, so that neither counts",
    (
        "plans/annual_rates.py",
        "width = ⟨(_ONE >> _CAUGHT_BITS) // last + 1 -> (_ONE >> _CAUGHT_BITS) // last - 1⟩",
    ): "a bracket of any width is only taken when certain",
    (
        "plans/annual_rates.py",
        "width = (_ONE >> _CAUGHT_BITS) // last + ⟨1 -> 2⟩",
    ): "a bracket of any width is only taken when certain",
    (
        "plans/annual_rates.py",
        "if ⟨high >= _ONE -> high > _ONE⟩ or not value + error < goal < value + rises:",
    ): "at a rate of exactly zero the bound holds as well",
    (
        "plans/annual_rates.py",
        "if high >= _ONE or not ⟨value + error < goal < value + rises -> value + error <= goal < value + rises⟩:",
    ): "the sum at the lower end is certain to be no more than the goal",
    (
        "plans/annual_rates.py",
        "return count * (⟨4 -> 5⟩ * last * total + 1)",
    ): "allowing for more loss than there is is as certain",
    (
        "plans/annual_rates.py",
        "return count * (4 * last * total + ⟨1 -> 2⟩)",
    ): "allowing for more loss than there is is as certain",
    (
        "plans/annual_rates.py",
        "if ⟨often < _RUN_MIN -> often <= _RUN_MIN⟩:",
    ): "both ways of adding up a run are right; which is quicker is a guess",
    (
        "plans/annual_rates.py",
        "numerator, power = 0, ⟨1 -> 2⟩",
    ): "both sides twice as large balance at the same rate",
    (
        "plans/annual_rates.py",
        "if whole + 2 * _LOWEST_PPM * per_year_of <= ⟨0 -> 1⟩:",
    ): "the sum is even",
    (
        "plans/annual_rates.py",
        "low, high = (0, _HIGHEST_PPM) if ⟨excess(0) >= 0 -> excess(0) > 0⟩ else (lowest, 0)",
    ): "a root at zero lies at an end of both brackets",
    (
        "plans/annual_rates.py",
        "low, high = (0, _HIGHEST_PPM) if excess(0) >= ⟨0 -> 1⟩ else (lowest, 0)",
    ): "a root at zero lies at an end of both brackets",
    (
        "plans/annual_rates.py",
        "low, high = (0, _HIGHEST_PPM) if excess(⟨0 -> 1⟩) >= 0 else (lowest, 0)",
    ): "a root within half a ppm of zero is zero from either side",
    (
        "plans/annual_rates.py",
        "low, high = (0, _HIGHEST_PPM) if excess(0) >= 0 else (lowest, ⟨0 -> 1⟩)",
    ): "a wider bracket holds the root as well",
    (
        "plans/annuity.py",
        "numerator, denominator = 0, ⟨1 -> 2⟩",
    ): "both twice as large are the same fraction",
    (
        "plans/conduct.py",
        "if ⟨on <= start -> on < start⟩:",
    ): "no day costs nothing",
    (
        "plans/document.py",
        "first = error.errors(include_url=⟨False -> True⟩, include_input=False)[0]",
    ): "the address is not read",
    (
        "plans/document.py",
        "first = error.errors(include_url=False, include_input=⟨False -> True⟩)[0]",
    ): "the input is not read",
    (
        "plans/laws.py",
        "rate, whole = rates[-⟨1 -> 2⟩]",
    ): "the law is looked at only where the last two rates are the same",
    (
        "plans/laws.py",
        "if rates[-last.count :].count(rates[-⟨1 -> 2⟩]) < last.count:",
    ): "where they are all the same, any of them is",
    (
        "plans/laws.py",
        "added = sum([after - before for before, after in steps if ⟨after > before -> after >= before⟩])",
    ): "what does not change adds nothing",
    (
        "plans/laws.py",
        "if min(map(min, columns[⟨2 -> 3⟩:])) < 0:",
    ): "a payment is its parts, so that one below nothing has such a part",
    (
        "plans/modification.py",
        "return Modification(carrying, worth, gain, share if ⟨changed >= 0 -> changed > 0⟩ else -share)",
    ): "no change has no sign",
    (
        "plans/modification.py",
        "return Modification(carrying, worth, gain, share if changed >= ⟨0 -> 1⟩ else -share)",
    ): "no change has no sign",
    (
        "plans/rate_roots.py",
        "if ⟨high - low < _NARROWEST -> high - low <= _NARROWEST⟩:",
    ): "halves of a decimal never meet the bound exactly",
    (
        "plans/rate_roots.py",
        "power, before = Decimal(⟨1 -> 2⟩), Decimal(0)",
    ): "both sides twice as large balance at the same rate",
    (
        "plans/rate_roots.py",
        "up = down = rising = falling = Decimal(⟨0 -> 1⟩)",
    ): "only differences are looked at, and both sides have one more",
    (
        "plans/rate_roots.py",
        "if ⟨amount > 0 -> amount >= 0⟩:",
    ): "no amount is nothing: those that cancel out are left before",
    (
        "plans/rate_roots.py",
        "monotone = ⟨at_low[2] - at_high[3] < 0 -> at_low[2] - at_high[3] <= 0⟩ or at_high[2] - at_low[3] > 0",
    ): "equal slopes at the ends leave one root at most as well",
    (
        "plans/rate_roots.py",
        "monotone = at_low[2] - at_high[3] < 0 or ⟨at_high[2] - at_low[3] > 0 -> at_high[2] - at_low[3] >= 0⟩",
    ): "equal slopes at the ends leave one root at most as well",
    (
        "plans/rate_roots.py",
        "return (high + ⟨1 -> 2⟩) // 2",
    ): "it is odd",
    (
        "plans/rate_roots.py",
        "_PRECISION = ⟨50 -> 51⟩",
    ): "50 digits are many more than are needed",
    (
        "plans/rate_roots.py",
        "⟨sums[whole, odd] += amount -> sums[whole, odd] -= amount⟩",
    ): "money that goes the other way has the same rate",
    (
        "plans/rate_times.py",
        "isleap(year) and ⟨a_year_before < date(year, 2, 29) <= end -> a_year_before <= date(year, 2, 29) <= end⟩",
    ): "no day is a year after a 29 February",
    (
        "plans/rows.py",
        "if ⟨amount < charge -> amount <= charge⟩:",
    ): "a payment of its interest alone is not refused",
    (
        "plans/schedule.py",
        "if len(terms.shape) > 1 or not isinstance(segment, t.Level) or segment.count == ⟨1 -> 2⟩:",
    ): "0 says nothing of a shape, which is always allowed",
    (
        "plans/search.py",
        "if found is None and ⟨high - low < ROWS_MAX -> high - low <= ROWS_MAX⟩:",
    ): "only how far one by one is tried",
    (
        "plans/search.py",
        "if found is None and ⟨high - low -> high + low⟩ < ROWS_MAX:",
    ): "only how far one by one is tried",
    (
        "plans/search.py",
        "low, high = 1, position.total_minor * WHOLE_PPM // sum(weights) + ⟨1 -> 2⟩",
    ): "only where the search begins",
    (
        "plans/search.py",
        "return ROWS_MAX - sum(schedule.rows_of(segment) for segment in terms.shape[:⟨-1 -> +1⟩])",
    ): "a plan of too many rows is refused, and then it does not meet the target",
    (
        "plans/search.py",
        "low, high = 1, ⟨position.total_minor * WHOLE_PPM -> position.total_minor // WHOLE_PPM⟩ // sum(weights) + 1",
    ): "only where the search begins",
    (
        "plans/search.py",
        "low, high = high, high * ⟨2 -> 3⟩",
    ): "only how fast the search widens",
    (
        "plans/search.py",
        "return ROWS_MAX - sum(schedule.rows_of(segment) for segment in terms.shape[:-⟨1 -> 2⟩])",
    ): "a plan of too many rows is refused, and then it does not meet the target",
    (
        "plans/servicing/closing.py",
        "if ⟨sums[index] < 0 -> sums[index] <= 0⟩:  # more interest was paid in advance than is earned",
    ): "moving nothing moves nothing",
    (
        "plans/servicing/closing.py",
        "if sums[index] < ⟨0 -> 1⟩:  # more interest was paid in advance than is earned",
    ): "moving nothing moves nothing",
    (
        "plans/servicing/closing.py",
        "if not row.charge_minor or ⟨on <= row.period.start -> on < row.period.start⟩:",
    ): "on its first day a period has earned nothing either way",
    (
        "plans/servicing/closing.py",
        "if ⟨not row.charge_minor or on <= row.period.start -> not row.charge_minor and on <= row.period.start⟩:",
    ): "a charge of nothing bounds what is earned, and before its first day a period has no part",
    (
        "plans/servicing/fold.py",
        "if row.open_minor and ⟨row.due_date <= event.on -> row.due_date < event.on⟩:",
    ): "what falls due on the day it gave way waits to the same day either way",
    (
        "plans/servicing/fold.py",
        "elif row.open_minor and ⟨row.due_date < until -> row.due_date <= until⟩:",
    ): "what falls due on the last day falls due on it either way",
    (
        "plans/servicing/ladder.py",
        "if ⟨due_date < rest.to_date -> due_date <= rest.to_date⟩:",
    ): "no day of the rest lies after the due date then",
    (
        "plans/servicing/replay.py",
        "and ⟨tuple(row.paid) == was.paid -> tuple(row.paid) != was.paid⟩",
    ): "paid and open change together, so that every row is worked out anew: it only costs time",
    (
        "plans/servicing/replay.py",
        "and ⟨tuple(row.due) == was.due -> tuple(row.due) != was.due⟩",
    ): "due and open change together, so that every row is worked out anew: it only costs time",
    (
        "plans/servicing/rests.py",
        "if rest.up_to_ppm is not None and ⟨first < last -> first <= last⟩:",
    ): "no day spares nothing",
    (
        "plans/servicing/sparing.py",
        "return fold.agreement.divide(sums * period.rate[0], whole * period.rate[1]) if whole else ⟨0 -> 1⟩",
    ): "a period without a rate has no charge, and no more than that is spared",
    (
        "plans/servicing/sparing.py",
        "if ⟨less > 0 -> less >= 0⟩:",
    ): "taking off nothing changes nothing",
    (
        "plans/servicing/fold.py",
        "parts += spend([self.returned], left, order, across_rows=⟨True -> False⟩)",
    ): "one row: across rows and across components are the same",
    (
        "plans/servicing/fold.py",
        "parts += spend(ahead[:1], left, order, across_rows=⟨True -> False⟩)",
    ): "one row: across rows and across components are the same",
    (
        "plans/servicing/fold.py",
        "parts += spend(ahead, left, order, across_rows=⟨True -> False⟩)",
    ): "everything to come is one row by then",
    (
        "plans/servicing/fold.py",
        "vesting_minor=⟨0 -> 1⟩,",
    ): "what came back is never a row that earns",
    (
        "plans/servicing/fold.py",
        "balance_minor=⟨0 -> 1⟩,",
    ): "what came back is never a row that bears interest",
    (
        "plans/servicing/fold.py",
        "charge_minor=⟨0 -> 1⟩,",
    ): "what came back is never a row that bears interest",
    (
        "plans/servicing/fold.py",
        "row for row in self.queue[self.first_open :] if row.open_minor and ⟨row.due_date > on -> row.due_date >= on⟩",
    ): "money is left only when nothing that is due is open",
    (
        "plans/servicing/live.py",
        "if ⟨on <= self.late_until -> on < self.late_until⟩ or not principal or not conduct.late_rate_ppm:",
    ): "no day costs nothing",
    (
        "plans/servicing/prepayment.py",
        "while ⟨first > 1 -> first >= 1⟩ and _rests_later(fold.rows[first - 2], on):",
    ): "the row that would be looked at is the last, which never rests",
    (
        "plans/servicing/prepayment.py",
        "while first > ⟨1 -> 2⟩ and _rests_later(fold.rows[first - 2], on):",
    ): "by then the row that comes next was paid, so that no holiday is first",
    (
        "plans/servicing/prepayment.py",
        "ends = row is tail[-1] or ⟨payment >= balance + charge -> payment > balance + charge⟩",
    ): "a payment that is all that is left leaves nothing either way",
    (
        "plans/servicing/preview.py",
        "while ⟨len(days) < 3 -> len(days) <= 3⟩:",
    ): "a fourth day is not looked at",
    (
        "plans/servicing/preview.py",
        "days = [row.due_date for row in ahead[:⟨3 -> 4⟩]]",
    ): "a fourth day is not looked at",
    (
        "plans/servicing/preview.py",
        "while len(days) < ⟨3 -> 4⟩:",
    ): "a fourth day is not looked at",
    (
        "plans/servicing/replay.py",
        "if ⟨row.due_date >= as_of -> row.due_date > as_of⟩:",
    ): "a row due today is no days past due either way",
    (
        "plans/servicing/words.py",
        "WHAT[f\"{name}_{'more' if ⟨amount > 0 -> amount >= 0⟩ else 'less'}\"]",
    ): "a change of nothing is not told",
    (
        "plans/wish.py",
        "return search.after_lump_sum(position, terms, target.lump_sum_minor or ⟨0 -> 1⟩)",
    ): "a lump sum is at least 1",
    (
        "plans/wording.py",
        "part, whole = rates[⟨0 -> 1⟩]",
    ): "they are all the same",
    (
        "plans/wording.py",
        "if any(rate != rates[⟨0 -> 1⟩] for rate in rates):",
    ): "they are all the same, or not, whichever is compared with",
}
