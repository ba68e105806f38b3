"""How a policy judges, one sentence each; the figures are filled in from the engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from repact.policy import affordability, business, eligibility, evidence, loading
from repact.policy.affordability import Budget, PriorityArrears
from repact.policy.eligibility import Applicant
from repact.policy.flows import Flow, by_month
from repact.policy.guidelines import Business
from tests.spec.policy_wrong import CARD, CONSUMER, TEXTS, WALLET

POLICY = loading.parse(TEXTS[CONSUMER]).policy
SMALL = loading.parse(TEXTS[WALLET]).policy
BANK = loading.parse(TEXTS[CARD]).policy
TRADE = Business(buffer_weeks=0, buffer_months=12, share_ppm_max=1_000_000)


class Spec(NamedTuple):
    """One sentence about a policy: what it computes, what that must be, and the words."""

    part: str
    make: Callable[[], dict[str, int]]
    expect: dict[str, int]
    en: str
    zh: str


def means(income: int | None = 520_000, people: int = 1, **more) -> dict[str, int]:
    spending = more.pop("spent", {"rent": 250_000, "food": 165_000})
    made = affordability.assess(Budget(income, people, spending, **more), POLICY.affordability)
    return {
        "surplus": -1 if made.surplus_minor is None else made.surplus_minor,
        "buffer": made.buffer_minor or 0,
        "affordable": -1 if made.affordable_minor is None else made.affordable_minor,
        "short": made.shortfall_minor or 0,
        "plan": int(made.way == "plan"),
        "pause": int(made.way == "breathing_space"),
        "reasons": len(made.needs_reasons),
        "floor": int(made.floor_applied),
    }


def flow(period: str) -> dict[str, int]:
    made = Flow("pay", 100_000, period)
    return {
        "income": made.average_minor("income"),
        "spending": made.average_minor("spending"),
    }


def season() -> dict[str, int]:
    takings = by_month("shop", [100_000] * 4 + [500_000] * 5 + [100_000] * 3)
    made = business.assess(business.Trade(takings, wages=(Flow("wages", 200_000),)), TRADE)
    return {
        "low": len(made.low_months),
        "winter": made.series_minor[0],
        "summer": made.series_minor[5],
        "year": sum(made.series_minor),
    }


def refused(policy=POLICY, code="wallet_credit", days=30, owed=2_000_000, **more) -> dict[str, int]:
    found = eligibility.refusals(Applicant((code,), days, owed, **more), policy)
    honest = {"amount", "date", "evidence", "person", "none"}
    return {"rules": len(found), "honest": int({item.remedy for item in found} <= honest)}


def shown(concession: int, owed: int, kinds: tuple[str, ...] = ()) -> dict[str, int]:
    made = evidence.needed(POLICY, concession_minor=concession, owed_minor=owed)
    return {
        "documents": made.at_least,
        "enough": int(made.standing(kinds) == "enough"),
        "later": made.tier.later_days if made.tier and made.standing(kinds) == "later" else 0,
        "trial": made.tier.trial_rows if made.tier else 0,
    }


def card() -> dict[str, int]:
    return {
        "months": BANK.products[0].months_max,
        "contents": len(BANK.agreement.contents),
        "stops": int(BANK.agreement.collection_stops == "on_submission"),
    }


MEANS, BUSINESS, WHO, SHOW, ARTICLE = (
    "Means · 还款能力",
    "Small business · 小微经营",
    "Who may have a plan · 准入",
    "Evidence · 证明",
    "Article 70 · 第七十条",
)
SPECS = (
    Spec(MEANS, means, {"surplus": 105_000, "buffer": 15_000, "affordable": 90_000, "plan": 1}, "With 5,200.00 coming in and 4,150.00 of spending {surplus} is left; {buffer} stays for emergencies and {affordable} can be paid.", "月收入 5,200.00、支出 4,150.00，结余 {surplus}；留 {buffer} 应急，可还 {affordable}。"),
    Spec(MEANS, lambda: means(people=2, spent={"rent": 0}), {"floor": 1, "surplus": 290_000}, "Two people are never taken to live on less than 2,300.00, whatever was told; {surplus} is left.", "两口之家的支出不按低于 2,300.00 计算，结余 {surplus}。"),
    Spec(MEANS, lambda: means(300_000), {"plan": 0, "pause": 1, "short": 115_000, "affordable": 0}, "Who lacks {short} a month is never given a plan, but a pause and a person.", "每月缺 {short} 的人不做方案，而是先喘息，由专人处理。"),
    Spec(MEANS, lambda: means(None), {"affordable": -1, "plan": 0, "pause": 0}, "An income nobody knows is asked for and never guessed.", "收入不清楚时只询问，不猜测。"),
    Spec(MEANS, lambda: means(spent={"rent": 415_000}), {"reasons": 1, "surplus": 105_000}, "A rent above the guideline needs a reason and is never cut: {surplus} is left as told.", "房租高于标准要说明理由，但不打折计算，结余仍为 {surplus}。"),
    Spec(MEANS, lambda: means(spent={"rent": 415_000}, reasons={"rent": "fixed_contract"}), {"reasons": 0}, "A reason the policy knows is enough.", "给出政策认可的理由即可。"),
    Spec(MEANS, lambda: means(arrears=(PriorityArrears("rent", 60_000),)), {"surplus": 95_000}, "600.00 of unpaid rent are cleared in six months before anything is called affordable: {surplus} is left.", "拖欠的房租 600.00 先在六个月内还清，之后结余 {surplus}。"),
    Spec(MEANS, lambda: means(debts=(Flow("card", 30_000),)), {"surplus": 75_000}, "A payment of 300.00 to another lender counts: {surplus} is left.", "每月还给别家的 300.00 计入支出，结余 {surplus}。"),
    Spec(MEANS, lambda: flow("weekly"), {"income": 433_333, "spending": 441_667}, "1,000.00 a week is an income of {income} a month (52 weeks, down) and a spending of {spending} (53 weeks, up).", "每周 1,000.00：作收入按 52 周向下取整为每月 {income}，作支出按 53 周向上取整为 {spending}。"),
    Spec(MEANS, lambda: flow("fortnightly"), {"income": 216_666, "spending": 225_000}, "1,000.00 a fortnight is an income of {income} a month and a spending of {spending}.", "每两周 1,000.00：作收入每月 {income}，作支出 {spending}。"),
    Spec(MEANS, lambda: flow("yearly"), {"income": 8_333, "spending": 8_334}, "1,000.00 a year is an income of {income} a month and a spending of {spending}.", "每年 1,000.00：作收入每月 {income}，作支出 {spending}。"),
    Spec(BUSINESS, season, {"low": 7, "winter": 0, "summer": 160_000, "year": 800_000}, "A beach shop's five good months pay for its low ones first: {summer} a month in summer, {winter} in winter, {year} in the year.", "海边小店的五个旺季先补贴淡季：旺季每月可还 {summer}，淡季 {winter}，全年 {year}。"),
    Spec(WHO, refused, {"rules": 0}, "Whom no rule excludes may have a plan; what is not known is no reason to refuse.", "没有规则排除的人都可以协商；不清楚的事不作为拒绝理由。"),
    Spec(WHO, lambda: refused(days=0), {"rules": 0}, "Help comes before the first missed payment.", "还没逾期也可以申请。"),
    Spec(WHO, lambda: refused(owed=1, plans_last_year=9, plans_running=9, legal_stage="judgment"), {"rules": 4, "honest": 1}, "Every rule in the way is named, {rules} here, each with an honest remedy: an amount, a date, evidence or a person; never the income or the reason to state.", "每一条拦住的规则都会说明，并给出诚实的出路：金额、日期、证明或人工；从不教人怎么说收入或原因。"),
    Spec(WHO, lambda: refused(SMALL, "merchant_credit", is_minor=True), {"rules": 1}, "A person under 18 is for a person, with a guardian.", "未成年人须由监护人到场，转人工处理。"),
    Spec(SHOW, lambda: shown(200_000, 3_000_000), {"documents": 0, "enough": 1}, "A concession of up to 2,000.00 on up to 30,000.00 needs no document.", "欠款 30,000.00 以内、让步 2,000.00 以内不需要证明。"),
    Spec(SHOW, lambda: shown(200_001, 3_000_000), {"documents": 1, "later": 30, "trial": 2}, "One cent more needs one document, which may follow within 30 days of a conditional plan with two trial payments.", "多一分钱就需要一份证明；可先试还两期，30 天内补交。"),
    Spec(SHOW, lambda: shown(10_000_000, 20_000_000, ("pay_slip", "bank_statement")), {"documents": 2, "enough": 1}, "The largest concessions need two different kinds.", "大额让步需要两种不同的证明。"),
    Spec(ARTICLE, card, {"months": 60, "contents": 6, "stops": 1}, "A personalized installment agreement lasts at most 60 months, says six things, and collection has stopped since it was asked for.", "个性化分期最长 60 个月，协议写明六项内容，从申请起停止催收。"),
)  # fmt: skip
