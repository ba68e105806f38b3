"""What changed in a plan, and why: one sentence for the borrower, in Chinese or English."""

from __future__ import annotations

from repact.money.currencies import written
from repact.plans.servicing.compensation import Cause, Compensation
from repact.plans.wording import Language, Words

WHY: dict[Cause, Words] = {
    "payment_arrived": Words(
        "我们刚收到你 {day} 的还款 {amount}",
        "Your payment of {amount} on {day} reached us only now",
    ),
    "payment_reversed": Words(
        "{day} 的还款 {amount} 被退回", "Your payment of {amount} on {day} was returned"
    ),
    "event_undone": Words("{day} 的变更已撤销", "What was changed on {day} was undone"),
    "event_arrived": Words("{day} 的变更刚刚入账", "A change of {day} was entered only now"),
}
WHAT = {
    "late_less": Words("逾期费用减少 {sum}", "what being late cost is {sum} less"),
    "late_more": Words("逾期费用增加 {sum}", "what being late costs is {sum} more"),
    "open_less": Words("待还金额减少 {sum}", "what is left to pay is {sum} less"),
    "open_more": Words("待还金额增加 {sum}", "what is left to pay is {sum} more"),
    "credit_more": Words("多还的 {sum} 已记为你的余额", "{sum} more is kept for you as credit"),
    "credit_less": Words("你的余额减少 {sum}", "your credit is {sum} less"),
    "vested_more": Words("又免除 {sum}", "{sum} more is waived for good"),
    "vested_less": Words("有 {sum} 的减免暂未生效", "{sum} of a waiver is not earned yet"),
}
NOTHING = Words("你的还款计划没有变化", "nothing in your plan changed")


def about(made: Compensation, /, *, currency: str, language: Language) -> str:
    """Why a plan changed and by how much, such as "Your payment of 200.00 on 2024-02-01 reached us
    only now: what being late cost is 0.37 less."
    """
    why = (
        WHY[made.cause]
        .in_(language)
        .format(day=made.happened_on.isoformat(), amount=written(made.amount_minor, currency))
    )
    changes = [
        WHAT[f"{name}_{'more' if amount > 0 else 'less'}"]
        .in_(language)
        .format(sum=written(abs(amount), currency))
        for name, amount in (
            ("late", made.late_minor),
            ("open", made.open_minor),
            ("credit", made.credit_minor),
            ("vested", made.vested_minor),
        )
        if amount
    ] or [NOTHING.in_(language)]
    if language == "zh":
        return f"{why}：{'，'.join(changes)}。"
    return f"{why}: {', '.join(changes)}."
