"""What the law says of the shape of plans, and of who must agree."""

from __future__ import annotations

from datetime import date

from repact.law.checks import CaseFacts
from tests.spec import law_builders as b
from tests.spec.law_spec import LawSpec, bullet, capitalizing, frozen, waiving

CONTRACT = {"contract": {"annual_rate_ppm": 90_000, "day_count": "30/360"}}
BANK_WALLET = {"lender_type": "bank", "kind": "wallet_credit"}
SPACE = CaseFacts(moratorium=(b.ON, date(2027, 1, 24)))
YEAR_LOAN = CaseFacts(original_months=12, original_end_date=date(2026, 12, 24))
LONG_LOAN = CaseFacts(original_months=60, original_end_date=date(2026, 12, 24))
SPECS = (
    LawSpec(
        "CN-CARD-70",
        "block",
        lambda: b.in_plan(b.card(), **b.level(61)),
        lambda: b.in_plan(b.card(), **b.level(60)),
        "A card plan lasts 60 months from signing: 61 are blocked.",
        "信用卡方案自签约起最长 60 个月，61 个月被阻止。",
    ),
    LawSpec(
        "CN-CARD-70",
        "block",
        lambda: b.in_plan(
            b.card(),
            first_due_date="2027-01-15",
            frequency={"every": 1, "unit": "month", "anchor_day": 15},
            **b.level(60),
        ),
        lambda: b.in_plan(
            b.card(),
            first_due_date="2026-12-15",
            frequency={"every": 1, "unit": "month", "anchor_day": 15},
            **b.level(60),
        ),
        "The 60 months run from signing, not from the first payment: the last of 60 payments may not come three weeks late.",
        "60 个月从签约日起算，不从首期起算：60 期的最后一期也不能晚三周。",
    ),
    LawSpec(
        "CN-CARD-13",
        "block",
        lambda: b.in_plan(b.card(), **b.level(61)),
        lambda: b.in_plan(b.card(), on=date(2022, 7, 6), **b.level(12)),
        "Card installments last five years at most since 7 July 2022.",
        "2022 年 7 月 7 日起，信用卡分期最长五年。",
    ),
    LawSpec(
        "CN-CARD-13-CASH",
        "warn",
        lambda: b.in_plan(b.card(product="cash_advance"), **b.level(25)),
        lambda: b.in_plan(b.card(product="cash_advance"), **b.level(24)),
        "A cash advance in more than 24 installments is warned of.",
        "预借现金分期超过 24 期，会被提示。",
    ),
    LawSpec(
        "CN-CARD-13-CASH",
        "warn",
        lambda: b.in_plan(
            b.card(product="cash_advance"), position={"principal_minor": 5_000_001}, **b.level(24)
        ),
        lambda: b.in_plan(
            b.card(product="cash_advance"), position={"principal_minor": 5_000_000}, **b.level(24)
        ),
        "A cash advance of one fen more than 50,000.00 in installments is warned of.",
        "预借现金分期超过 50,000.00，哪怕一分，也会被提示。",
    ),
    LawSpec(
        "CN-CARD-13-AGAIN",
        "warn",
        lambda: b.in_plan(b.card(), case=CaseFacts(is_reinstallment=True)),
        lambda: b.in_plan(b.card()),
        "A card balance already in installments goes to a supervisor before it is split once more.",
        "已经分期的信用卡余额再次分期，先交主管。",
    ),
    LawSpec(
        "CN-CARD-70A",
        "block",
        lambda: b.in_plan(b.card(), case=CaseFacts(is_beyond_means=False, is_willing=True)),
        lambda: b.in_plan(b.card(), case=CaseFacts(is_beyond_means=True, is_willing=True)),
        "A personalized agreement for a card debt within the means is blocked.",
        "欠款并未超出还款能力的，个性化分期被阻止。",
    ),
    LawSpec(
        "CN-CONS-2025",
        "block",
        lambda: b.in_plan(b.product(), **b.level(85)),
        lambda: b.in_plan(b.product(), **b.level(84)),
        "A consumption loan lasts 84 months for the time being.",
        "个人消费贷款阶段性最长 84 个月。",
    ),
    LawSpec(
        "CN-PLM-2024",
        "block",
        lambda: b.in_plan(b.product(), on=date(2025, 3, 13), **b.level(60)),
        lambda: b.in_plan(b.product(), on=date(2025, 3, 14), **b.level(60)),
        "A term of more than 60 months was blocked until 13 March 2025: a plan is read by the law of its day.",
        "超过 60 个月的期限到 2025 年 3 月 13 日为止被阻止：方案按当天的规定看。",
    ),
    LawSpec(
        "CN-PLM-2024-BUSINESS",
        "block",
        lambda: b.in_plan(b.product(kind="business", product="shop"), **b.level(121)),
        lambda: b.in_plan(b.product(kind="business", product="shop"), **b.level(120)),
        "A personal business loan lasts 120 months at most.",
        "个人经营贷款最长 120 个月。",
    ),
    LawSpec(
        "CN-PLM-2024-EXTENSION",
        "warn",
        lambda: b.in_plan(case=YEAR_LOAN, **b.level(14)),
        lambda: b.in_plan(case=YEAR_LOAN, **b.level(13)),
        "A loan of one year is extended by one year at most.",
        "一年期贷款展期最多一年。",
    ),
    LawSpec(
        "CN-PLM-2024-EXTENSION",
        "warn",
        lambda: b.in_plan(case=LONG_LOAN, **b.level(26)),
        lambda: b.in_plan(case=LONG_LOAN, **b.level(25)),
        "A loan of 60 months is extended by 24 at most, as such loans last 84.",
        "60 个月的贷款最多展期 24 个月，因为这类贷款最长 84 个月。",
    ),
    LawSpec(
        "CN-NET-2020",
        "warn",
        lambda: b.in_plan(b.product(**BANK_WALLET), **bullet(13)),
        lambda: b.in_plan(b.product(**BANK_WALLET), **bullet(12)),
        "A bank's internet loan whose principal comes in one sum after 13 months is warned of.",
        "银行互联网贷款 13 个月后一次还本，会被提示。",
    ),
    LawSpec(
        "CN-NET-2020-BALANCE",
        "warn",
        lambda: b.in_plan(
            b.product(**BANK_WALLET),
            on=date(2024, 1, 1),
            position={"principal_minor": 19_990_000},
            **capitalizing(),
        ),
        lambda: b.in_plan(
            b.product(**BANK_WALLET),
            on=date(2024, 1, 1),
            position={"principal_minor": 19_990_000},
        ),
        "Before March 2025 interest made principal took a bank's internet loan above CNY 200,000 only with a warning.",
        "2025 年 3 月前，利息转本金使银行互联网贷款超过 20 万元的，会被提示。",
    ),
    LawSpec(
        "CN-CONS-2025-BALANCE",
        "block",
        lambda: b.in_plan(
            b.product(**BANK_WALLET), position={"principal_minor": 29_990_000}, **capitalizing()
        ),
        lambda: b.in_plan(
            b.product(**BANK_WALLET), position={"principal_minor": 29_960_000}, **capitalizing()
        ),
        "Since then the limit is CNY 300,000, and to exceed it by capitalizing is blocked.",
        "此后上限为 30 万元，因利息转本金超过的被阻止。",
    ),
    LawSpec(
        "CN-MICRO",
        "warn",
        lambda: b.in_plan(
            b.product(lender_type="micro_loan"),
            position={"principal_minor": 19_990_000},
            **capitalizing(),
        ),
        lambda: b.in_plan(
            b.product(lender_type="micro_loan"),
            position={"principal_minor": 19_960_000},
            **capitalizing(),
        ),
        "A network micro-loan that capitalizing takes above CNY 200,000 is warned of.",
        "网络小额贷款因利息转本金超过 20 万元，会被提示。",
    ),
    LawSpec(
        "CN-MICRO-BUSINESS",
        "warn",
        lambda: b.in_plan(
            b.product(lender_type="micro_loan", product="shop", kind="business"),
            position={"principal_minor": 999_990_000},
            **capitalizing(),
        ),
        lambda: b.in_plan(
            b.product(lender_type="micro_loan", product="shop", kind="business"),
            position={"principal_minor": 19_990_000},
            **capitalizing(),
        ),
        "For business the limit is CNY 10 million.",
        "经营用途的上限为 1000 万元。",
    ),
    LawSpec(
        "CN-CC-695",
        "warn",
        lambda: b.in_plan(b.product(is_guaranteed=True)),
        lambda: b.in_plan(b.product(is_guaranteed=True), case=CaseFacts(guarantor_consented=True)),
        "A guaranteed debt is changed only with a warning until the guarantor consented in writing.",
        "有保证人的债务，未经其书面同意变更的，会被提示。",
    ),
    LawSpec(
        "CN-CC-192",
        "warn",
        lambda: b.in_plan(case=CaseFacts(time_barred_on=b.ON)),
        lambda: b.in_plan(case=CaseFacts(time_barred_on=date(2026, 11, 25))),
        "A time-barred debt is not signed before a plain warning and a supervisor.",
        "已过诉讼时效的债务，先明白提示并经主管批准，才能签约。",
    ),
    LawSpec(
        "UK-CONC-734R",
        "block",
        lambda: b.in_offers(b.plan(b.product(contract_rate_ppm=90_000))),
        lambda: b.in_offers(b.plan(b.product(contract_rate_ppm=90_000), **waiving())),
        "A set of offers in which no interest or charge is eased is blocked, unless it is on record why.",
        "一组方案里没有任何利息或费用减免，又没有记录理由的，被阻止。",
    ),
    LawSpec(
        "UK-CONC-734R",
        "block",
        lambda: b.in_offers(b.plan(b.product(contract_rate_ppm=90_000), **waiving("principal"))),
        lambda: b.in_offers(b.plan(b.product(contract_rate_ppm=90_000)), considered=True),
        "Less principal is no relief in interest; relief considered and refused with reasons is enough.",
        "减本金不算利息减免；考虑过并写明不给的理由就够了。",
    ),
    LawSpec(
        "UK-CONC-7310R",
        "block",
        lambda: b.in_plan(
            place="uk", shape=[{"kind": "lump_sum", "amount_minor": 800_000}], case=CaseFacts()
        ),
        lambda: b.in_plan(
            place="uk",
            shape=[{"kind": "lump_sum", "amount_minor": 800_000}],
            case=CaseFacts(lump_sum_asked=True),
        ),
        "One payment for everything is not put to a borrower who did not ask for it.",
        "借款人没有提出，就不推一次性结清。",
    ),
    LawSpec(
        "UK-CONC-7310R",
        "block",
        lambda: b.in_plan(place="uk", case=CaseFacts(affordable_minor=50_000)),
        lambda: b.in_plan(place="uk", case=CaseFacts(affordable_minor=100_000)),
        "Payments above the means are pressure.",
        "超出还款能力的每期金额，就是施压。",
    ),
    LawSpec(
        "UK-BS-DAYS",
        "block",
        lambda: b.in_plan(place="uk", case=SPACE),
        lambda: b.in_plan(place="uk", case=SPACE, **frozen("2027-01-24")),
        "In a breathing space no interest runs and nothing falls due.",
        "喘息空间内不计息，也没有到期款。",
    ),
    LawSpec(
        "UK-BS-DAYS",
        "block",
        lambda: b.in_plan(place="uk", case=SPACE, annual_rate_ppm=0),
        lambda: b.in_plan(place="uk", case=SPACE, annual_rate_ppm=0, first_due_date="2027-01-24"),
        "A payment due inside it is blocked even without interest.",
        "期间即使不计息，也不安排还款日。",
    ),
    LawSpec(
        "UK-BS-DAYS",
        "block",
        lambda: b.in_plan(place="uk", case=SPACE),
        lambda: b.in_plan(place="uk", case=CaseFacts(moratorium=(date(2026, 9, 1), b.ON))),
        "A plan may begin on the day after a breathing space.",
        "喘息空间结束的次日起，方案可以开始。",
    ),
    LawSpec(
        "UK-PD36",
        "warn",
        lambda: b.in_plan(b.card(), place="uk", **b.level(49)),
        lambda: b.in_plan(b.card(), place="uk", **b.level(48)),
        "A card in persistent debt that is repaid in more than 48 months is warned of.",
        "信用卡长期欠款超过 48 个月还清，会被提示。",
    ),
    LawSpec(
        "EU-EBA-DO",
        "disclose",
        lambda: b.in_plan(b.card(), place="eu", position=CONTRACT, annual_rate_ppm=0),
        lambda: b.in_plan(
            b.card(), place="eu", position=CONTRACT, **capitalizing(), annual_rate_ppm=90_000
        ),
        "A bank is shown that a plan without interest loses more than 1% at the original rate, and so is a default.",
        "免息方案按原利率折现损失超过 1%，会告知银行：这构成违约。",
    ),
    LawSpec(
        "EU-EBA-DO",
        "disclose",
        lambda: b.in_plan(b.card(), place="eu", position=CONTRACT, annual_rate_ppm=0),
        lambda: b.in_plan(b.card(), place="eu", annual_rate_ppm=0),
        "Where the original contract is not known, no loss is claimed.",
        "不知道原合同时，不断言损失。",
    ),
    LawSpec(
        "US-REGZ-20A",
        "disclose",
        lambda: b.in_plan(place="us", annual_rate_ppm=156_001),
        lambda: b.in_plan(place="us", annual_rate_ppm=156_000),
        "A workout that raises the rate needs new disclosures.",
        "提高利率的重组需要重新披露。",
    ),
    LawSpec(
        "US-REGZ-20A",
        "disclose",
        lambda: b.in_plan(place="us", case=CaseFacts(new_money_minor=1)),
        lambda: b.in_plan(place="us", case=CaseFacts(new_money_minor=0)),
        "A workout that lends a cent more than is owed needs new disclosures.",
        "重组时新借出一分钱，也需要重新披露。",
    ),
    LawSpec(
        "IN-PENAL",
        "warn",
        lambda: b.in_plan(place="in", **capitalizing("penalty")),
        lambda: b.in_plan(place="in", **waiving()),
        "In India penal charges that become principal are warned of.",
        "印度：罚金转为本金，会被提示。",
    ),
    LawSpec(
        "SG-DRS",
        "warn",
        lambda: b.in_plan(b.product(product="debt_repayment_scheme"), place="sg", **b.level(61)),
        lambda: b.in_plan(b.product(product="debt_repayment_scheme"), place="sg", **b.level(60)),
        "In Singapore a debt repayment scheme of more than five years is warned of.",
        "新加坡：债务偿还计划超过五年，会被提示。",
    ),
    LawSpec(
        "SG-DRS",
        "warn",
        lambda: b.in_plan(
            b.product(product="debt_repayment_scheme"), place="sg", position=b.above(15_000_000)
        ),
        lambda: b.in_plan(
            b.product(product="debt_repayment_scheme"), place="sg", position=b.above(14_999_999)
        ),
        "In Singapore a debt repayment scheme for more than 150,000.00 is warned of.",
        "新加坡：债务偿还计划的欠款超过 150,000.00，会被提示。",
    ),
)
