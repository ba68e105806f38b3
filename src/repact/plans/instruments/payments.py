"""Payments that follow a life: small first, growing, seasonal, a share of income, a trial."""

from __future__ import annotations

from collections.abc import Sequence

from repact.plans import terms as t
from repact.plans.fields import WHOLE_PPM
from repact.plans.instruments.change import Change, instrument


@instrument(9, zh="低额还款", en="Reduced payment")
def reduced_payment(*, periods: int, amount_minor: int) -> Change:
    """A small fixed payment for some periods, at least the interest; then the rest.

    先按较低金额还几期（不低于利息），之后再还其余。

    Formula: Pₖ = Pₖ₋₁(1 + r) − x, then A.
    Source: CONC 7.3.5G (token payments); a payment below its interest is refused.
    Hear: You pay {amount} for {periods} months. After that the payment is larger.
    听到: 前 {periods} 个月每月还 {amount}，之后会多一些。
    """
    return Change(head=(t.Fixed(kind="fixed", count=periods, amount_minor=amount_minor),))


@instrument(23, zh="阶梯还款", en="Step-up plan")
def step_up(*, steps: Sequence[tuple[int, int]], then_count: int) -> Change:
    """Payments in steps: so many of so much, then the rest in equal parts.

    阶梯式还款：先少后多（或先多后少），余下平均还。

    Formula: fixed heads x₁ < x₂ …, then a level tail.
    Source: graduated payment plans; the jump to the tail is bounded by policy.
    Hear: It starts small and grows as you recover.
    听到: 一开始少还，随着情况好转逐步增加。
    """
    heads = tuple(
        t.Fixed(kind="fixed", count=count, amount_minor=amount) for count, amount in steps
    )
    return Change(head=heads, tail=(t.Level(kind="level", count=then_count),))


@instrument(25, zh="自定义还款", en="Custom schedule")
def custom(*, amounts_minor: Sequence[int]) -> Change:
    """Every payment as the borrower's own calendar has it.

    按借款人自己的收入日历逐期约定金额。

    Formula: any amounts, each at least its interest, the last exactly what is left.
    Source: openMF/mifosx #897 (seasonal income); plan-json rule 6.
    Hear: You say when and how much; we say what is left for the end.
    听到: 你定每期还多少，剩下多少我们算清楚。
    """
    return Change(tail=(t.Custom(kind="custom", amounts_minor=tuple(amounts_minor)),))


@instrument(26, zh="按收入比例还款", en="Income share")
def income_share(
    *,
    incomes_minor: Sequence[int],
    share_ppm: int,
    floor_minor: int,
    cap_minor: int,
    last_minor: int,
) -> Change:
    """A share of each income, never below a floor nor above a cap; the rest with the last payment.

    按每期收入的一定比例还款，设上下限，剩余部分随最后一期还清。

    Formula: xₖ = clamp(⌊σ·incomeₖ⌋, floor, cap); xₙ is what is left.
    Source: income-contingent repayment; what happens to the rest is said up front.
    Hear: In a thin month you pay less. How long it takes depends on what you earn.
    听到: 收入少的月份少还。还多久，看收入情况。
    """
    amounts = [
        min(max(income * share_ppm // WHOLE_PPM, floor_minor), cap_minor)
        for income in incomes_minor[:-1]
    ]
    return custom(amounts_minor=[*amounts, last_minor])


@instrument(30, zh="试行计划", en="Trial plan")
def trial_plan(*, periods: int, amount_minor: int, count: int) -> Change:
    """Some payments on trial; kept, the plan goes on for good, and nothing is collected twice.

    先试行几期；按期还款则转为正式计划，不会重复收款。

    Formula: fixed(m, e'), then level; unkept, the agreement says what then holds.
    Source: trial period plans as US mortgage servicers use them (from memory).
    Hear: We try it for {periods} months. If it fits, it simply goes on.
    听到: 先试 {periods} 个月，合适就继续。
    """
    return Change(
        head=(t.Fixed(kind="fixed", count=periods, amount_minor=amount_minor),),
        tail=(t.Level(kind="level", count=count),),
    )
