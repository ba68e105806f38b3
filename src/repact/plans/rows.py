"""Laying the segments of a shape, row by row."""

from __future__ import annotations

from collections.abc import Sequence

from repact.money.rounding import DIVIDE, Rounding
from repact.money.split import spread
from repact.plans import annuity
from repact.plans import terms as t
from repact.plans.errors import PlanError
from repact.plans.fields import WHOLE_PPM
from repact.plans.measures import Standing
from repact.plans.periods import PeriodRate


class Rows:
    """The columns of a schedule while it is being laid; one entry for each row."""

    def __init__(self, *, balance: int, rates: Sequence[PeriodRate], rounding: Rounding) -> None:
        count = len(rates)
        self.balance = self.base = balance
        self.rates = rates
        self.divide = DIVIDE[rounding]
        self.at = 0
        self.columns: dict[str, list[int]] = {
            name: [0] * count for name in ("principal", "interest", "penalty", "fees")
        }
        self.carried = [0] * count
        self.vesting = [0] * count
        self.balances = [0] * count
        self.waived_at_end = 0
        self.settled = False
        self._kept_aside: list[tuple[int, int]] = []
        self._resting: set[int] = set()

    def lay(self, shape: Sequence[t.Segment], *, accrued: Standing) -> None:
        """Lay every segment; raises PlanError naming the row that cannot be."""
        balloon = self._balloon(shape[-1]) if isinstance(shape[-1], t.Balloon) else 0
        for index, segment in enumerate(shape):
            match segment:
                case t.InterestOnly():
                    self._pay(self._interest_only(segment.count))
                case t.Holiday():
                    self._rest(segment)
                case t.Fixed():
                    self._pay([segment.amount_minor] * segment.count)
                case t.Level():
                    self._pay(self._level(segment.count, balloon))
                case t.Growing():
                    self._pay(self._growing(segment))
                case t.Custom():
                    self._custom(segment, index)
                case t.LumpSum():
                    self._settle(segment, accrued)
        self._spread_kept_aside()

    def _balloon(self, balloon: t.Balloon) -> int:
        if balloon.share_ppm is not None:
            return self.divide(self.base * balloon.share_ppm, WHOLE_PPM)
        return balloon.amount_minor or 0

    def _interest_only(self, count: int) -> list[int]:
        return [self._interest(self.at + k) for k in range(count)]

    def _level(self, count: int, balloon: int) -> list[int]:
        rates = self.rates[self.at : self.at + count]
        exact = annuity.level_payment(balance=self.balance, balloon=balloon, rates=rates)
        if exact[0] < 0:
            raise PlanError("plan.balloon_too_large", field="terms.shape", balloon_minor=balloon)
        return [self.divide(*exact)] * count

    def _growing(self, segment: t.Growing) -> list[int]:
        rates = self.rates[self.at : self.at + segment.count]
        numerator, denominator = annuity.growing_payment(
            balance=self.balance, growth_ppm=segment.growth_ppm, rates=rates
        )
        amounts = []
        for _ in range(segment.count):
            amounts.append(self.divide(numerator, denominator))
            numerator *= WHOLE_PPM + segment.growth_ppm
            denominator *= WHOLE_PPM
        return amounts

    def _interest(self, index: int) -> int:
        rate, whole = self.rates[index]
        return self.divide(self.balance * rate, whole)

    def _pay(self, amounts: Sequence[int]) -> None:
        """Rows that pay these amounts; the schedule's very last row pays whatever is left."""
        start, divide, balance = self.at, self.divide, self.balance
        last = len(self.balances) - 1 - start
        principal: list[int] = []
        interest: list[int] = []
        balances: list[int] = []
        for amount, (rate, whole) in zip(amounts, self.rates[start:], strict=False):
            charge = divide(balance * rate, whole)
            part = amount - charge
            if len(balances) == last:
                part = balance
            elif not 0 <= part <= balance:
                raise _refused(start + len(balances), amount, charge, balance)
            balance -= part
            principal.append(part)
            interest.append(charge)
            balances.append(balance)
        self.at, self.balance = start + len(principal), balance
        paid = slice(start, self.at)
        self.columns["principal"][paid] = principal
        self.columns["interest"][paid] = interest
        self.balances[paid] = balances

    def _rest(self, holiday: t.Holiday) -> None:
        kept = 0
        for _ in range(holiday.count):
            charge = 0 if holiday.interest == "freeze" else self._interest(self.at)
            if holiday.interest == "accrue":
                self.balance += charge
            else:
                kept += charge
            self._resting.add(self.at)
            self.balances[self.at] = self.balance
            self.at += 1
        self._kept_aside.append((self.at, kept))

    def _custom(self, custom: t.Custom, index: int) -> None:
        *head, declared = custom.amounts_minor
        self._pay(head)
        right = self.balance + self._interest(self.at)
        if declared != right:
            raise PlanError(
                "plan.custom_last_amount",
                field=f"terms.shape[{index}].amounts_minor[{len(head)}]",
                right_minor=right,
            )
        self._pay([declared])

    def _settle(self, lump: t.LumpSum, accrued: Standing) -> None:
        """Pay fees, penalty, interest, principal in that order; the rest is waived when paid."""
        left = lump.amount_minor
        for component in ("fees", "penalty", "interest", "principal"):
            owed = accrued.owed[component]
            paid = min(left, owed)
            self.columns[component][0] = paid
            self.waived_at_end += owed - paid
            left -= paid
        if left:
            right = lump.amount_minor - left
            raise PlanError("plan.more_than_owed", field="terms.shape[0]", owed_minor=right)
        self.vesting[0] += self.waived_at_end
        self.settled = True

    def _spread_kept_aside(self) -> None:
        """The interest of simple holidays, over the paying rows after each."""
        for start, kept in self._kept_aside:
            if not kept:
                continue
            paying = [i for i in range(start, len(self.balances)) if i not in self._resting]
            for index, part in zip(paying, spread(kept, len(paying)), strict=True):
                self.columns["interest"][index] += part
                self.carried[index] += part


def _refused(index: int, amount: int, charge: int, balance: int) -> PlanError:
    field = f"rows[{index + 1}]"
    if amount < charge:
        return PlanError(
            "plan.negative_amortization",
            field=field,
            payment_minor=amount,
            interest_minor=charge,
        )
    return PlanError(
        "plan.principal_above_balance",
        field=field,
        payment_minor=amount,
        owed_minor=balance + charge,
    )
