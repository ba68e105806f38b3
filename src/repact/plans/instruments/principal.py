"""The debt itself: part of it waits, part of it is forgiven, part of it comes at the end."""

from __future__ import annotations

from repact.plans import terms as t
from repact.plans.instruments.change import Change, instrument


@instrument(21, zh="部分本金延后", en="Principal forbearance")
def principal_forbearance(*, share_ppm: int) -> Change:
    """Part of the principal waits for the last payment and bears no interest.

    部分本金放到最后一期归还，不计利息。

    Formula: A((1 − φ)P', r, n') and φP' with the last row.
    Source: Fannie Mae Flex Modification (principal forbearance). The end sum is disclosed.
    Hear: Each payment is smaller; the last one is large, and you should know how large.
    听到: 每期更少，但最后一期较大，具体金额会写明。
    """
    return Change(measures=(t.SetAside(kind="set_aside", share_ppm=share_ppm),))


@instrument(22, zh="本金减免", en="Principal forgiveness")
def principal_forgiveness(*, share_ppm: int, vests: t.Vesting) -> Change:
    """Part of the principal is given up: now, installment by installment, or on completion.

    减免部分本金：立即生效、按期生效，或还清后生效。

    Formula: P' = P − H; vesting hₖ = ⌊H/n⌋ for each payment on time.
    Source: Civil Code of China art. 575; IFRS 9 5.4.3. The highest authority decides.
    Hear: Part of the debt is gone as you keep to the plan.
    听到: 按计划还款，部分本金就不用还了。
    """
    return Change(
        measures=(t.Waive(kind="waive", component="principal", share_ppm=share_ppm, vests=vests),)
    )


@instrument(24, zh="尾款", en="Balloon")
def balloon(*, count: int, share_ppm: int) -> Change:
    """Smaller equal payments and a larger last one.

    每期少还，最后一期还一笔较大的尾款。

    Formula: e = (P(1+r)ⁿ − B)·r / ((1+r)ⁿ − 1).
    Source: annuity with a terminal value; the way to pay or refinance B is agreed beforehand.
    Hear: The last payment is large. Let us agree now on how it will be met.
    听到: 最后一期金额较大，我们现在就约定怎么还。
    """
    return Change(
        tail=(t.Level(kind="level", count=count), t.Balloon(kind="balloon", share_ppm=share_ppm))
    )
