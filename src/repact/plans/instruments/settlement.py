"""Ending it for less, and turning a line of credit into a plan."""

from __future__ import annotations

from repact.plans import terms as t
from repact.plans.fields import WHOLE_PPM
from repact.plans.instruments.change import Change, instrument
from repact.plans.position import Position


@instrument(28, zh="一次性结清", en="Lump-sum settlement")
def settlement(*, amount_minor: int) -> Change:
    """One payment by a date settles everything; the rest is waived when it is paid.

    在约定日期前一次付清约定金额，其余免除。

    Formula: discount = 1 − S / GCA; paid to fees, penalty, interest, principal in that order.
    Source: Civil Code of China art. 575. Late or in part it does not hold.
    Hear: Pay {amount} by {date} and it is over.
    听到: 在 {date} 前付 {amount}，这笔账就结清了。
    """
    return Change(tail=(t.LumpSum(kind="lump_sum", amount_minor=amount_minor),))


@instrument(29, zh="分期结清", en="Settlement in installments")
def settlement_in_installments(*, position: Position, amount_minor: int, count: int) -> Change:
    """A smaller sum in a few payments; the rest is waived with the last of them.

    以较小金额分几期结清，最后一期还完后其余免除。

    Formula: S / m; waived on completion: penalty, fees, interest, then principal, up to GCA − S.
    Source: practice (2 to 6 payments). On a breach what was paid counts toward the whole debt.
    Hear: {count} payments, then it is over.
    听到: 分 {count} 期付清，之后两清。
    """
    left = max(position.total_minor - amount_minor, 0)
    waivers: list[t.Measure] = []
    components: tuple[t.Component, ...] = ("penalty", "fees", "interest", "principal")
    for component in components:
        part = min(left, getattr(position, f"{component}_minor"))
        left -= part
        if part:
            waivers.append(
                t.Waive(kind="waive", component=component, amount_minor=part, vests="on_completion")
            )
    carried: tuple[t.Accrued, ...] = ("penalty", "fees", "interest")
    spread = [t.Carry(kind="carry", component=name, to="spread") for name in carried]
    return Change(
        measures=(*waivers, *spread),
        tail=(t.Level(kind="level", count=count),),
        annual_rate_ppm=0,
    )


@instrument(33, zh="额度转分期", en="Line conversion")
def line_conversion(*, count: int, annual_rate_ppm: int) -> Change:
    """The balance of a card or a line of credit becomes installments; the line is frozen.

    信用卡或信用额度的欠款转为分期，额度同时冻结。

    Formula: A(P, r', n) on the statement balance; penalty waived, interest spread, none on it.
    Source: Measures on credit cards art. 70; 银保监规〔2022〕13号 (no second conversion).
    Hear: Your balance becomes fixed payments. The card cannot be used while you repay.
    听到: 账单余额转成固定分期，还款期间额度暂停使用。
    """
    return Change(
        measures=(
            t.Waive(kind="waive", component="penalty", share_ppm=WHOLE_PPM, vests="now"),
            t.Carry(kind="carry", component="interest", to="spread"),
            t.Carry(kind="carry", component="fees", to="spread"),
        ),
        tail=(t.Level(kind="level", count=count),),
        annual_rate_ppm=annual_rate_ppm,
    )
