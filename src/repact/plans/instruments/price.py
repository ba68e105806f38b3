"""Less to pay: interest cut, frozen or given up, penalty and fees waived."""

from __future__ import annotations

from datetime import date

from repact.plans import terms as t
from repact.plans.fields import WHOLE_PPM
from repact.plans.instruments.change import Change, instrument


@instrument(13, zh="降息", en="Rate reduction")
def rate_reduction(
    *, annual_rate_ppm: int, until: date | None = None, then_ppm: int | None = None
) -> Change:
    """A lower yearly rate, for good, or until a date and then another.

    降低年利率：永久，或到某日为止。

    Formula: level with the vector of rates known today; nothing is re-levelled later.
    Source: EU Directive 2023/2225 art. 35 (lower rate); IFRS 9 5.4.3 for the loss on it.
    Hear: Interest is lower. Your payment does not jump when it ends: it is worked in.
    听到: 利率降低。到期后每期金额也不会突然变化，已经一并算好。
    """
    back: tuple[t.Measure, ...] = ()
    if until is not None and then_ppm is not None:
        back = (t.RateChange(kind="rate", from_date=until, annual_rate_ppm=then_ppm),)
    return Change(measures=back, annual_rate_ppm=annual_rate_ppm)


@instrument(14, zh="停息", en="Interest freeze")
def interest_freeze(*, from_date: date, to_date: date) -> Change:
    """No interest from a day up to, not including, another.

    从某日到另一日（不含）不计利息。

    Formula: the rate of a period counts only its days outside [a, b).
    Source: the UK Debt Respite Scheme (interest stops, it is not put off).
    Hear: Between these days no interest is charged, and none is added later.
    听到: 这段时间不收利息，以后也不补收。
    """
    return Change(
        measures=(t.Freeze(kind="freeze", from_date=from_date, to_date=to_date),),
    )


@instrument(15, zh="个性化分期", en="Personalized installments")
def personalized_installments(*, count: int) -> Change:
    """A card debt in at most 60 equal payments without new interest; penalty is waived.

    信用卡欠款协议分期，最长 60 期，不再新增利息，违约金减免。

    Formula: (P + I) / n, the last row with the rest.
    Source: Measures on credit cards (2011) art. 70: at most five years; whether interest goes on
    has to be written down, it is not free of interest by itself.
    Hear: One sum, equal parts, no new interest as long as the agreement stands.
    听到: 欠款总额固定，平均分期，协议有效期间不再新增利息。
    """
    return Change(
        measures=(
            _waive("penalty", WHOLE_PPM, "now"),
            t.Carry(kind="carry", component="interest", to="spread"),
        ),
        tail=(t.Level(kind="level", count=count),),
        annual_rate_ppm=0,
    )


@instrument(16, zh="只还本金", en="Principal only")
def principal_only(*, count: int, vests: t.Vesting = "on_completion") -> Change:
    """Interest and penalty are given up as the principal is repaid.

    按期还清本金的，利息和罚息免除。

    Formula: P / n; the waiver vests on completion, or installment by installment.
    Source: Civil Code of China art. 575 (release); the text says when it vests.
    Hear: If you keep to the plan, you repay only what you borrowed.
    听到: 按计划还完，只需归还借到的本金。
    """
    return Change(
        measures=(_waive("interest", WHOLE_PPM, vests), _waive("penalty", WHOLE_PPM, vests)),
        tail=(t.Level(kind="level", count=count),),
        annual_rate_ppm=0,
    )


@instrument(17, zh="罚息费用减免", en="Penalty and fee waiver")
def penalty_waiver(
    *, share_ppm: int = WHOLE_PPM, fees_ppm: int = WHOLE_PPM, vests: t.Vesting = "now"
) -> Change:
    """Penalty interest and fees are given up, in whole or in part.

    罚息和费用全部或部分减免。

    Formula: Q −= round(wQ), F −= round(wF), before anything is capitalized.
    Source: Civil Code of China art. 575 and 585.
    Hear: These charges are gone.
    听到: 这些费用不用还了。
    """
    return Change(
        measures=(_waive("penalty", share_ppm, vests), _waive("fees", fees_ppm, vests)),
    )


@instrument(18, zh="利息减免", en="Interest waiver")
def interest_waiver(*, share_ppm: int, vests: t.Vesting = "now") -> Change:
    """Part of the overdue interest is given up.

    减免部分拖欠利息。

    Formula: I −= round(αI), rounded once.
    Source: Civil Code of China art. 575; authority by amount (policy).
    Hear: You owe less.
    听到: 你欠的少了。
    """
    return Change(measures=(_waive("interest", share_ppm, vests),))


def _waive(component: t.Component, share_ppm: int, vests: t.Vesting) -> t.Waive:
    return t.Waive(kind="waive", component=component, share_ppm=share_ppm, vests=vests)
