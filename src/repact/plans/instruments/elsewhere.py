"""The instruments that are no schedule: records and states, each in the room where it belongs."""

from __future__ import annotations

from typing import NamedTuple

from repact.plans import consolidation, search
from repact.plans.instruments.change import CATALOGUE, Entry
from repact.plans.servicing import events


class Elsewhere(NamedTuple):
    """A state or a record: `room` keeps it, `text` says what a constructor's docstring says."""

    number: int
    zh: str
    en: str
    room: str
    text: str


ELSEWHERE = (
    Elsewhere(
        34,
        "变更借款人、担保人或担保物",
        "Change of debtor, guarantor or collateral",
        "server/agreements: another agreement, signed by all who are bound by it",
        """Who owes, who stands in, or what secures the debt changes; the figures do not.

        变更的是谁还、谁担保、用什么担保，金额不变。

        Formula: none.
        Source: Civil Code of China art. 551 (debtor), 695 (a guarantor who has not agreed in
        writing is not liable for what became heavier).
        Hear: We ask everyone concerned, in writing.
        听到: 相关的每个人都会书面确认。
        """,
    ),
    Elsewhere(
        35,
        "停催期",
        "Standstill",
        "server/loans: the collection hold; the measure `freeze` where interest stops as well",
        """No collection for some days, with or without interest.

        一段时间内停止催收，可同时停息。

        Formula: the freeze on [a, b).
        Source: UK Debt Respite Scheme (60 days); Measures on credit cards art. 70.
        Hear: Nobody will call you until {date}.
        听到: 在 {date} 之前不会有人联系你催款。
        """,
    ),
    Elsewhere(
        38,
        "核销后继续还款",
        "Write-off with a surviving claim",
        "ledger: journal templates; the plan goes on and its payments are recoveries",
        """The lender takes the debt off its books; what was agreed goes on.

        贷款机构已核销，协议仍照常履行。

        Formula: loss = gross carrying amount − allowance.
        Source: IFRS 9 5.4.4; PRC rules on write-off keep the claim (账销案存).
        Hear: This changes nothing in what you agreed to pay.
        听到: 这不影响你已约定的还款。
        """,
    ),
    Elsewhere(
        40,
        "债权转让",
        "Debt sale or placement",
        "server/repayments: asked by one person, decided by another; refused while a plan runs",
        """Another lender or an agency takes over; while a plan runs, the debt is not sold.

        债权转给他人；还款计划执行期间不得转让。

        Formula: none.
        Source: Civil Code of China art. 546 (the debtor is told), 548 (defenses stay).
        Hear: While your plan runs, your debt is not sold.
        听到: 计划执行期间，你的债务不会被转让。
        """,
    ),
)
MADE_ELSEWHERE = (
    Entry(31, "阶梯式让步", "Waterfall modification", search.cascade),
    Entry(32, "合并分期", "Consolidation", consolidation.consolidate),
    Entry(
        36, "多家机构按比例还款", "Pro-rata plan over several creditors", consolidation.share_out
    ),
    Entry(37, "提前到期", "Termination", events.Termination),
    Entry(39, "重新协商", "Refinance or renegotiation", events.Renegotiation),
)


def all_entries() -> dict[int, Entry | Elsewhere]:
    """Every instrument by its number in the catalogue."""
    made: dict[int, Entry | Elsewhere] = dict(CATALOGUE)
    made |= {entry.number: entry for entry in (*MADE_ELSEWHERE, *ELSEWHERE)}
    return dict(sorted(made.items()))
