"""What the law says of prices, and of the order in which a payment is used."""

from __future__ import annotations

from datetime import date

from repact.law.checks import CaseFacts
from tests.spec import law_builders as b
from tests.spec.law_spec import LawSpec, capitalizing

ROLLED = CaseFacts(first_principal_minor=1_100_000, paid_minor=100_000)
SPECS = (
    LawSpec(
        "CN-24",
        "block",
        lambda: b.in_product(b.product(default_rate_ppm=240_001)),
        lambda: b.in_product(b.product(default_rate_ppm=240_000)),
        "A loan that costs 24.0001% a year when late is blocked, although its own rate is 15.6%; one at 24% is not.",
        "合同利率 15.6%、但逾期后一年达 24.0001% 的贷款被阻止，24% 的不被阻止。",
    ),
    LawSpec(
        "CN-24",
        "block",
        lambda: b.in_plan(b.product(fees_rate_ppm=160_000)),
        lambda: b.in_plan(b.product(fees_rate_ppm=90_000)),
        "Guarantee and service fees count: a plan at 9% with 16% of fees is blocked.",
        "担保费、服务费计入成本：利率 9% 加收费 16% 的方案被阻止。",
    ),
    LawSpec(
        "CN-24",
        "block",
        lambda: b.in_plan(**b.conduct(late_rate_ppm=250_000)),
        lambda: b.in_plan(**b.conduct(late_rate_ppm=117_000)),
        "A plan at 9% that costs 25% when late is blocked: default costs count in every cap.",
        "利率 9%、逾期后 25% 的方案被阻止：违约成本计入上限。",
    ),
    LawSpec(
        "CN-24",
        "block",
        lambda: b.in_plan(
            measures=[{"kind": "rate", "from_date": "2027-06-24", "annual_rate_ppm": 300_000}]
        ),
        lambda: b.in_plan(
            measures=[{"kind": "rate", "from_date": "2027-06-24", "annual_rate_ppm": 120_000}]
        ),
        "A rate that rises to 30% later is blocked today.",
        "以后升到 30% 的利率，今天就被阻止。",
    ),
    LawSpec(
        "CN-24",
        "warn",
        lambda: b.in_contract(b.product(contract_rate_ppm=300_000)),
        lambda: b.in_contract(b.product()),
        "An original contract at 30% is a finding of its own, for a supervisor: it is never the silent comparator.",
        "原合同利率 30% 单独提示主管处理，不会默默拿来作比较。",
    ),
    LawSpec(
        "CN-MICRO-24",
        "warn",
        lambda: b.in_product(b.product(lender_type="micro_loan", default_rate_ppm=250_000)),
        lambda: b.in_product(
            b.product(
                lender_type="micro_loan", default_rate_ppm=250_000, contract_on=date(2025, 11, 30)
            )
        ),
        "A micro-loan company's new loan above 24% is warned of; a loan made before the rule is not.",
        "小贷公司新发放的超过 24% 的贷款会被提示，规定之前的贷款不会。",
    ),
    LawSpec(
        "CN-MICRO-COST",
        "warn",
        lambda: b.in_product(
            b.product(lender_type="micro_loan", default_rate_ppm=120_001), on=date(2028, 1, 1)
        ),
        lambda: b.in_product(
            b.product(lender_type="micro_loan", default_rate_ppm=120_001), on=date(2027, 12, 30)
        ),
        "From the end of 2027 a micro-loan above 4 times the LPR, 12% by the last value known, is warned of.",
        "2027 年底起，超过 4 倍 LPR（按已知最后值为 12%）的小额贷款会被提示。",
    ),
    LawSpec(
        "CN-PRIV-25",
        "warn",
        lambda: b.in_product(
            b.private(default_rate_ppm=154_001, contract_on=date(2020, 9, 1)), on=b.ON
        ),
        lambda: b.in_product(
            b.private(default_rate_ppm=154_000, contract_on=date(2020, 9, 1)), on=b.ON
        ),
        "A private loan of 1 September 2020 is held to 15.4%, the cap of its own day; as the LPR is from memory, it warns.",
        "2020 年 9 月 1 日的民间借贷以当日上限 15.4% 为准；LPR 数值未核实，所以是提示。",
    ),
    LawSpec(
        "CN-PRIV-25",
        "warn",
        lambda: b.in_product(b.private()),
        lambda: b.in_product(b.product(contract_rate_ppm=130_000, default_rate_ppm=130_000)),
        "The private cap of 12% does not govern a consumer finance company's 13%.",
        "民间借贷 12% 的上限不适用于消费金融公司 13% 的贷款。",
    ),
    LawSpec(
        "CN-PRIV-27",
        "warn",
        lambda: b.in_plan(
            b.private(contract_on=date(2025, 11, 24)), case=ROLLED, **capitalizing(), **b.level(12)
        ),
        lambda: b.in_plan(
            b.private(contract_on=date(2020, 9, 1)), case=ROLLED, **capitalizing(), **b.level(12)
        ),
        "Interest that became principal may not take all that is paid above the first principal with 4 times the LPR for the whole time.",
        "利息转为本金后，全部还款不得超过初始本金加整个期间 4 倍 LPR 的利息。",
    ),
    LawSpec(
        "CN-36",
        "warn",
        lambda: b.in_product(b.private(default_rate_ppm=300_000, contract_on=date(2019, 1, 1))),
        lambda: b.in_product(b.private(default_rate_ppm=240_000, contract_on=date(2019, 1, 1))),
        "A private loan of 2019 is read by the rule of 2019: 24%.",
        "2019 年的民间借贷按当时的规则看：24%。",
    ),
    LawSpec(
        "CN-36",
        "void above 36%",
        lambda: b.void_above(b.private(default_rate_ppm=360_001, contract_on=date(2019, 1, 1))),
        lambda: b.void_above(b.private(default_rate_ppm=360_000, contract_on=date(2019, 1, 1))),
        "What a private loan of 2019 takes beyond 36% is named as void.",
        "2019 年的民间借贷超过 36% 的部分，会写明无效。",
    ),
    LawSpec(
        "CN-PENAL",
        "warn",
        lambda: b.in_product(b.product(contract_rate_ppm=100_000, default_rate_ppm=150_001)),
        lambda: b.in_product(b.product(contract_rate_ppm=100_000, default_rate_ppm=150_000)),
        "A penalty rate more than half above the contract's rate is warned of.",
        "罚息利率比合同利率高出一半以上，会被提示。",
    ),
    LawSpec(
        "CN-PENAL",
        "warn",
        lambda: b.in_plan(b.product(contract_rate_ppm=0), **b.conduct(late_rate_ppm=140_000)),
        lambda: b.in_plan(b.product(contract_rate_ppm=0), **b.conduct(late_rate_ppm=135_000)),
        "Where the contract's rate is not known, the plan's own 9% is the measure, and 13.5% the most.",
        "不知道合同利率时，以方案的 9% 为准，罚息最高 13.5%。",
    ),
    LawSpec(
        "CN-PENAL-CARD",
        "warn",
        lambda: b.in_product(b.card(contract_on=date(2018, 1, 1))),
        lambda: b.in_product(b.card(contract_on=date(2021, 1, 1))),
        "A card of 2018 paid 0.05% a day at most; since 2021 the rate is agreed.",
        "2018 年的信用卡日息最高万分之五，2021 年起由双方约定。",
    ),
    LawSpec(
        "CN-PENAL-INTEREST",
        "warn",
        lambda: b.in_plan(b.card(), **capitalizing("penalty")),
        lambda: b.in_plan(b.card(), **capitalizing("interest")),
        "A card's late charge that becomes principal, and so bears interest, is warned of.",
        "信用卡违约金转为本金而计息，会被提示。",
    ),
    LawSpec(
        "CN-CC-585",
        "warn",
        lambda: b.in_plan(b.product(contract_rate_ppm=90_000), **b.conduct(late_rate_ppm=117_001)),
        lambda: b.in_plan(b.product(contract_rate_ppm=90_000), **b.conduct(late_rate_ppm=117_000)),
        "A late rate more than 30% above the contract's 9% may be cut by a court: 11.7% is the most.",
        "逾期利率比合同利率 9% 高出 30% 以上的，法院可减少：最高 11.7%。",
    ),
    LawSpec(
        "CN-CC-670",
        "block",
        lambda: b.in_plan(case=CaseFacts(deducted_minor=1)),
        lambda: b.in_plan(),
        "Whoever kept back one fen from what was lent is blocked.",
        "预先扣下一分钱利息，也会被阻止。",
    ),
    LawSpec(
        "CN-CARD-13-INTEREST",
        "block",
        lambda: b.in_plan(b.card(), case=CaseFacts(new_fees_minor=100)),
        lambda: b.in_plan(b.card()),
        "The price of card installments called a fee is blocked.",
        "把信用卡分期的利息叫作手续费，会被阻止。",
    ),
    LawSpec(
        "CN-CARD-57",
        "block",
        lambda: b.in_plan(b.card(), **b.conduct((0, b.CHARGES_FIRST))),
        lambda: b.in_plan(b.card(), **b.CARD_ORDER),
        "A bank's card plan that uses payments for interest first on day 91 is blocked; one that turns to principal first passes.",
        "银行信用卡方案到第 91 天仍先扣利息的被阻止，改为先还本金的通过。",
    ),
    LawSpec(
        "CN-CARD-57",
        "block",
        lambda: b.in_plan(b.card(), **b.conduct((0, b.PRINCIPAL_FIRST))),
        lambda: b.in_plan(b.product(), **b.conduct((0, b.PRINCIPAL_FIRST))),
        "Principal first from the first day is not the order of a card; of a loan it may be agreed.",
        "从第一天起先还本金不是信用卡的顺序，贷款可以这样约定。",
    ),
    LawSpec(
        "CN-CC-561",
        "block",
        lambda: b.in_plan(
            case=CaseFacts(order_is_agreed=False), **b.conduct((0, b.PRINCIPAL_FIRST))
        ),
        lambda: b.in_plan(case=CaseFacts(order_is_agreed=False), **b.conduct((0, b.CHARGES_FIRST))),
        "Where nothing was agreed, any order but costs, interest, principal is blocked.",
        "没有约定时，不按费用、利息、本金的顺序扣款，会被阻止。",
    ),
)
