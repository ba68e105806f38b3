"""More time: other dates, a pause, a longer road."""

from __future__ import annotations

from datetime import date
from typing import Literal

from repact.plans import terms as t
from repact.plans.instruments.change import Change, instrument

HolidayInterest = Literal["accrue", "simple", "freeze"]


@instrument(4, zh="改还款日", en="Due-date change")
def due_date_change(*, anchor_day: int, first_due_date: date) -> Change:
    """Payments fall on another day of the month, such as the day after payday.

    还款日改到每月另一天，比如发薪日之后。

    Formula: the first period is longer or shorter by Δd days; its interest follows the day count.
    Source: CONC 7.3.5G; Civil Code of China art. 543. One stub only, no day counted twice.
    Hear: You choose the day. The first payment differs a little for the days in between.
    听到: 还款日由你选，第一期因天数不同会略有差别。
    """
    return Change(
        frequency=t.Frequency(every=1, unit="month", anchor_day=anchor_day),
        first_due_date=first_due_date,
    )


@instrument(6, zh="顺延", en="Deferral with term shift")
def term_shift(*, periods: int, interest: HolidayInterest, count: int) -> Change:
    """The whole remaining schedule moves back by some periods.

    剩余还款计划整体往后推几期。

    Formula: 0 for k periods, then level over the same number of payments as before.
    Source: EU Directive 2023/2225 art. 35 (deferral of all payments); the interest is declared.
    Hear: The plan starts {periods} months later and ends {periods} months later.
    听到: 整个计划往后推 {periods} 个月。
    """
    return Change(head=_rest(periods, interest), tail=(t.Level(kind="level", count=count),))


@instrument(7, zh="延期还款", en="Payment holiday")
def payment_holiday(*, periods: int, interest: HolidayInterest) -> Change:
    """Some periods without payment; interest is added, kept aside, or not charged.

    先停还几期；期间的利息计入本金、另行记账，或不收。

    Formula: accrue P(1+r)ᵏ; simple: the k interests spread over the paying rows, bearing none;
    freeze: none.
    Source: EU Directive 2023/2225 art. 35 (payment holiday); the one word costs, see the figures.
    Hear: You pay nothing for {periods} months. We say in numbers what those months cost.
    听到: 接下来 {periods} 个月不用还款，这几个月的代价我们会用数字写清楚。
    """
    return Change(head=_rest(periods, interest))


@instrument(8, zh="只还利息", en="Interest-only period")
def interest_only(*, periods: int) -> Change:
    """For some periods only the interest is paid; then the debt is repaid as before.

    前几期只还利息，之后再还本金。

    Formula: xₖ = round(P·r), then A(P, r, n).
    Source: EU Directive 2014/17 art. 28 (partial repayment).
    Hear: For {periods} months you pay only the interest; the debt itself does not fall yet.
    听到: 前 {periods} 个月只还利息，本金暂时不变。
    """
    return Change(head=(t.InterestOnly(kind="interest_only", count=periods),))


@instrument(10, zh="延长期限", en="Term extension")
def term_extension(*, count: int) -> Change:
    """The same debt over more payments, so that each is smaller.

    同一笔债务分更多期还，每期更少。

    Formula: A(B, r, n') = B·r / (1 − (1 + r)^−n').
    Source: Measures on credit cards art. 70 (at most 60 months); 个人贷款管理办法 (2024).
    Hear: Each payment is smaller, you pay for longer and more interest in all.
    听到: 每期还得少一些，时间变长，利息总额会多一些。
    """
    return Change(tail=(t.Level(kind="level", count=count),))


@instrument(27, zh="改还款频率", en="Frequency change")
def frequency_change(*, frequency: t.Frequency, first_due_date: date) -> Change:
    """Weekly, fortnightly or monthly, as wages come in.

    按周、按双周或按月还款，跟着工资的节奏走。

    Formula: the rate of each period by its actual days; the number of payments follows.
    Source: CONC 7.3.5G; 2006 ISDA Definitions 4.16 for the day counts.
    Hear: You pay when you are paid.
    听到: 什么时候发工资，就什么时候还。
    """
    return Change(frequency=frequency, first_due_date=first_due_date)


def _rest(periods: int, interest: HolidayInterest) -> tuple[t.Segment, ...]:
    return (t.Holiday(kind="holiday", count=periods, interest=interest),)
