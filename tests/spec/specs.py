"""What each instrument does, one sentence each; the sentences print the manual.

The figures in a sentence are filled in from the engine; `expect` holds what they must be. Those of
the golden table (instruments.md 4c) were published before this engine existed; only the spread of a
simple holiday follows plan-json's rule (floor, the last the rest) instead of the table's.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from repact.plans.instruments import arrears, payments, price, principal, settlement, timing
from tests.spec import builders
from tests.spec.builders import CAPITALIZED, NO_PENALTY, level
from tests.spec.figures import START, figures, owing


class Spec(NamedTuple):
    """One example: the figures it makes, what they must be, and the sentence in two languages."""

    number: int
    make: Callable[[], dict[str, int]]
    expect: dict[str, int]
    en: str
    zh: str


SPECS = (
    Spec(
        1,
        builders.reinstated,
        {"first": 144_516, "last": 110_019, "rows": 12},
        "Paying 345.00 of overdue interest with the first payment leaves the contract as it was: {first} once, then 1,100.16.",
        "第一期连同拖欠的利息一共还 {first}，之后仍是每月 1,100.16，合同不变。",
    ),
    Spec(
        2,
        builders.promised,
        {"kept": 1, "broken": 1, "amount": 34_500},
        "A promise of {amount} by 20 January is kept by a payment on the 19th, and broken on the 21st without one.",
        "承诺 1 月 20 日前还 {amount}：19 日还了算守约，到 21 日没还算未守约。",
    ),
    Spec(
        3,
        lambda: figures(
            NO_PENALTY,
            arrears.catch_up(
                installment_minor=110_016, overdue_principal_minor=0, months=3, count=12
            ),
        ),
        {"first": 121_516, "last": 110_019, "rows": 12},
        "Over three months 115.00 of arrears come on top of 1,100.16, so {first} is paid, and then the usual amount.",
        "三个月内每月在 1,100.16 之外补 115.00，即 {first}，之后恢复原额。",
    ),
    Spec(
        4,
        lambda: figures(
            NO_PENALTY,
            timing.due_date_change(anchor_day=16, first_due_date=date(2024, 2, 16)),
            level(12),
        ),
        {"rows": 12, "first": 145_329, "last": 110_829},
        "Moving the due day from the 1st to the 16th adds fifteen days to the first period and nothing else.",
        "还款日从 1 号改到 16 号，只是第一期多 15 天利息，其余不变。",
    ),
    Spec(
        5,
        lambda: figures(
            NO_PENALTY, arrears.deferral_to_maturity(principal_minor=220_000), level(12)
        ),
        {"first": 89_846, "last": 344_352, "rows": 12},
        "With 2,200.00 left to the end, eleven payments are {first} and the last is {last}.",
        "2,200.00 放到最后，前面每期 {first}，最后一期 {last}。",
    ),
    Spec(
        6,
        lambda: figures(*CAPITALIZED, timing.term_shift(periods=2, interest="freeze", count=12)),
        {"rows": 14, "first": 0, "largest": 113_180},
        "Two periods later and free of interest meanwhile, the same twelve payments follow.",
        "整体顺延两期，期间不计息，之后仍是十二期。",
    ),
    Spec(
        7,
        lambda: figures(
            *CAPITALIZED, timing.payment_holiday(periods=3, interest="accrue"), level(12)
        ),
        {
            "rows": 15,
            "first": 0,
            "largest": 118_349,
            "last": 118_346,
            "total": 1_420_185,
            "modification": 0,
        },
        "Three months without payment, their interest added, make each later payment {largest}.",
        "停还三个月、利息计入本金，之后每期 {largest}。",
    ),
    Spec(
        7,
        lambda: figures(
            *CAPITALIZED, timing.payment_holiday(periods=3, interest="simple"), level(12)
        ),
        {
            "rows": 15,
            "first": 0,
            "largest": 117_815,
            "last": 117_815,
            "total": 1_413_703,
            "modification": -5_635,
        },
        "With the same interest kept aside, bearing none, it is {largest}.",
        "同样停还三个月、利息另记不再计息，之后每期 {largest}。",
    ),
    Spec(
        7,
        lambda: figures(
            *CAPITALIZED, timing.payment_holiday(periods=3, interest="freeze"), level(12)
        ),
        {
            "rows": 15,
            "largest": 113_180,
            "last": 113_180,
            "total": 1_358_149,
            "modification": -53_925,
        },
        "With no interest for those months it is {largest}; the lender gives up 539.25.",
        "停还期间不计息，之后每期 {largest}，贷款机构让利 539.25。",
    ),
    Spec(
        8,
        lambda: figures(*CAPITALIZED, timing.interest_only(periods=3), level(12)),
        {
            "rows": 15,
            "first": 18_518,
            "largest": 113_180,
            "last": 113_180,
            "total": 1_413_703,
            "modification": 3,
        },
        "Three payments of {first} are interest only; then twelve of {largest} repay the debt.",
        "前三期只还利息 {first}，之后十二期每期 {largest}。",
    ),
    Spec(
        9,
        lambda: figures(
            *CAPITALIZED, payments.reduced_payment(periods=6, amount_minor=30_000), level(18)
        ),
        {"rows": 24, "first": 30_000, "largest": 74_208},
        "Six payments of {first} come first, and what they do not repay makes the others {largest}.",
        "先还六期每期 {first}，其余摊到之后每期 {largest}。",
    ),
    Spec(
        10,
        lambda: figures(*CAPITALIZED, level(24)),
        {
            "rows": 24,
            "first": 61_631,
            "largest": 61_642,
            "last": 61_642,
            "total": 1_479_155,
            "modification": 2,
        },
        "Twenty-four payments instead of twelve make each {first} and all of them {total}.",
        "由十二期改为二十四期，每期 {first}，合计 {total}。",
    ),
    Spec(
        11,
        lambda: figures(*CAPITALIZED, arrears.re_age(count=12, split="interest_first")),
        {
            "rows": 12,
            "first": 113_179,
            "largest": 113_180,
            "last": 113_180,
            "total": 1_358_149,
            "modification": 1,
        },
        "What is owed, penalty waived, becomes twelve payments of {first}.",
        "减免罚息后，所欠金额重排为十二期，每期 {first}。",
    ),
    Spec(
        11,
        lambda: figures(NO_PENALTY, arrears.re_age(count=24, split="interest_first")),
        {"rows": 24, "first": 94_409, "last": 59_907, "total": 1_472_314, "modification": -510},
        "With the overdue interest first, the first of 24 payments is {first} and the last {last}.",
        "拖欠利息先还：二十四期中首期 {first}，末期 {last}。",
    ),
    Spec(
        12,
        lambda: figures(NO_PENALTY, arrears.re_amortize(contract=owing().contract)),
        {"rows": 12, "first": 113_179, "total": 1_358_149},
        "Over the twelve dates the contract still has, each payment becomes {first}.",
        "在合同剩余的十二期内重算，每期 {first}。",
    ),
    Spec(
        13,
        lambda: figures(*CAPITALIZED, price.rate_reduction(annual_rate_ppm=90_000), level(24)),
        {
            "rows": 24,
            "first": 56_398,
            "largest": 56_398,
            "last": 56_395,
            "total": 1_353_549,
            "modification": -104_827,
        },
        "Half the rate makes 24 payments of {first}; the lender gives up 1,048.27.",
        "利率减半，二十四期每期 {first}，贷款机构让利 1,048.27。",
    ),
    Spec(
        14,
        lambda: figures(
            *CAPITALIZED,
            price.interest_freeze(from_date=START, to_date=date(2024, 4, 1)),
            level(12),
        ),
        {"rows": 12, "first": 108_666},
        "No interest until 1 April makes twelve payments of {first}.",
        "4 月 1 日前不计息，十二期每期 {first}。",
    ),
    Spec(
        15,
        lambda: figures(price.personalized_installments(count=60)),
        {
            "rows": 60,
            "first": 20_575,
            "largest": 20_575,
            "last": 20_575,
            "total": 1_234_500,
            "modification": -424_251,
        },
        "Sixty payments of {first} without new interest repay {total}, to the cent.",
        "六十期每期 {first}，不再新增利息，合计 {total}，一分不差。",
    ),
    Spec(
        16,
        lambda: figures(price.principal_only(count=36)),
        {
            "rows": 36,
            "first": 33_333,
            "largest": 33_345,
            "last": 33_345,
            "total": 1_200_000,
            "modification": -312_479,
        },
        "Thirty-six payments of {first} repay the principal; the interest is given up at the end.",
        "三十六期每期 {first} 只还本金，还清后利息免除。",
    ),
    Spec(
        17,
        lambda: figures(
            NO_PENALTY, arrears.carry_forward(component="interest", to="last"), level(12)
        ),
        {
            "rows": 12,
            "first": 110_016,
            "last": 144_519,
            "total": 1_354_695,
            "modification": -5_642,
            "waived": 6_250,
        },
        "The penalty of {waived} is gone before anything else is worked out.",
        "先减免罚息 {waived}，再计算其他。",
    ),
    Spec(
        18,
        lambda: figures(
            NO_PENALTY, price.interest_waiver(share_ppm=500_000), arrears.capitalize(), level(24)
        ),
        {
            "rows": 24,
            "first": 60_770,
            "largest": 60_774,
            "last": 60_774,
            "total": 1_458_484,
            "modification": -17_249,
        },
        "Half of the overdue interest given up, the rest added, 24 payments are {first}.",
        "减免一半拖欠利息、其余并入本金，二十四期每期 {first}。",
    ),
    Spec(
        19,
        lambda: figures(*CAPITALIZED, level(12)),
        {"rows": 12, "first": 113_179, "modification": 1},
        "345.00 of interest joins the principal, so that twelve payments are {first}.",
        "345.00 利息并入本金，十二期每期 {first}。",
    ),
    Spec(
        20,
        lambda: figures(
            NO_PENALTY, arrears.carry_forward(component="interest", to="last"), level(12)
        ),
        {
            "rows": 12,
            "first": 110_016,
            "largest": 144_519,
            "last": 144_519,
            "total": 1_354_695,
            "modification": -5_642,
        },
        "The 345.00 wait without interest for the last payment, which is {last}.",
        "345.00 不计息放到最后，末期 {last}。",
    ),
    Spec(
        21,
        lambda: figures(
            *CAPITALIZED, principal.principal_forbearance(share_ppm=300_000), level(24)
        ),
        {
            "rows": 24,
            "first": 43_142,
            "largest": 413_491,
            "last": 413_491,
            "total": 1_405_757,
            "modification": -111_273,
        },
        "With 30% of the debt waiting, payments are {first} and the last is {last}.",
        "三成本金延后，每期 {first}，末期 {last}。",
    ),
    Spec(
        22,
        lambda: figures(
            *CAPITALIZED,
            principal.principal_forgiveness(share_ppm=100_000, vests="per_installment"),
            level(24),
        ),
        {"rows": 24, "first": 55_468, "waived": 129_700},
        "A tenth of the principal goes, a twenty-fourth of it with each payment of {first} on time.",
        "减免一成本金：每按时还一期 {first}，生效二十四分之一。",
    ),
    Spec(
        23,
        lambda: figures(*CAPITALIZED, payments.step_up(steps=[(6, 40_000)], then_count=18)),
        {
            "rows": 24,
            "first": 40_000,
            "largest": 70_232,
            "last": 70_232,
            "total": 1_504_125,
            "modification": -3,
        },
        "Six payments of {first}, then eighteen of {largest}.",
        "先六期每期 {first}，再十八期每期 {largest}。",
    ),
    Spec(
        24,
        lambda: figures(*CAPITALIZED, principal.balloon(count=24, share_ppm=400_000)),
        {
            "rows": 24,
            "first": 44_386,
            "largest": 538_178,
            "last": 538_178,
            "total": 1_559_056,
            "modification": -1,
        },
        "Twenty-three payments of {first} and a last one of {last}.",
        "前二十三期每期 {first}，尾款 {last}。",
    ),
    Spec(
        25,
        builders.seasonal,
        {"rows": 12, "first": 68_343, "largest": 205_030, "last": 68_343},
        "A farmer pays {largest} in the four months of harvest and {first} in the others.",
        "农户收获的四个月每月还 {largest}，其余月份 {first}。",
    ),
    Spec(
        26,
        builders.income_share,
        {"rows": 13, "first": 120_000, "largest": 150_000, "last": 44_027},
        "A fifth of each income, from 500.00 to 1,500.00: {first} in an ordinary month, {last} in the last.",
        "每月收入的五分之一（500.00 至 1,500.00）：平常月份 {first}，末期 {last}。",
    ),
    Spec(
        27,
        builders.weekly,
        {"rows": 26, "first": 51_975},
        "Paid every second Friday, the same debt is 26 payments of {first}.",
        "改为每两周还一次，共 26 期，每期 {first}。",
    ),
    Spec(
        28,
        lambda: figures(settlement.settlement(amount_minor=740_700)),
        {"rows": 1, "first": 740_700, "total": 740_700, "modification": -504_746},
        "One payment of {first} settles a debt of 12,407.50.",
        "一次还 {first}，结清 12,407.50 的债务。",
    ),
    Spec(
        29,
        lambda: figures(
            settlement.settlement_in_installments(position=owing(), amount_minor=864_150, count=3)
        ),
        {"rows": 3, "first": 288_050, "last": 288_050, "total": 864_150, "modification": -395_641},
        "Three payments of {first} settle it, and the rest is waived with the last.",
        "分三期每期 {first} 结清，最后一期还完后其余免除。",
    ),
    Spec(
        30,
        lambda: figures(
            *CAPITALIZED, payments.trial_plan(periods=3, amount_minor=62_000, count=21)
        ),
        {"rows": 24, "first": 62_000, "last": 61_559},
        "Three payments of {first} on trial are part of the plan that follows, not on top of it.",
        "试行的三期每期 {first} 计入正式计划，不另外多收。",
    ),
    Spec(
        31,
        builders.cascaded,
        {"rungs": 3, "reached": 1, "payment": 32_515, "cost": 127_808},
        "Penalty, then length, then the rate: the third step brings the payment to {payment}, at a cost of {cost}.",
        "先减罚息，再延期，再降息：第三步降到每期 {payment}，让利 {cost}。",
    ),
    Spec(
        32,
        builders.consolidated,
        {"payment": 149_851, "wallet": 113_179, "phone": 36_672},
        "Two loans make one bill of {payment}, of which {phone} belong to the smaller one.",
        "两笔贷款一张账单 {payment}，其中较小一笔 {phone}。",
    ),
    Spec(
        33,
        lambda: figures(settlement.line_conversion(count=36, annual_rate_ppm=120_000)),
        {"rows": 36, "first": 40_815, "total": 1_469_359},
        "A statement balance becomes 36 payments of {first} at 12%, and the line is frozen.",
        "账单余额按 12% 转为三十六期，每期 {first}，额度冻结。",
    ),
    Spec(
        36,
        builders.shared_out,
        {"rows": 17, "wallet": 75_528, "phone": 24_472},
        "Of 1,000.00 a month the larger creditor gets {wallet} and the smaller {phone}.",
        "每月 1,000.00，大的一家分得 {wallet}，小的一家 {phone}。",
    ),
    Spec(
        37,
        builders.ended,
        {"owed": 1_253_018, "payoff": 1_253_018},
        "Ended on 1 February, the plan asks for {owed}: no interest to come.",
        "2 月 1 日终止，应付 {owed}，不含未发生的利息。",
    ),
    Spec(
        39,
        builders.renegotiated,
        {"principal": 1_139_839, "interest": 0},
        "After one payment another plan starts from {principal} of principal.",
        "还了一期之后，新计划从本金 {principal} 开始。",
    ),
)
