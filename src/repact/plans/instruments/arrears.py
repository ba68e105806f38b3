"""What to do with what is overdue: pay it, spread it, capitalize it, or leave it to the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from repact.plans import terms as t
from repact.plans.fields import WHOLE_PPM
from repact.plans.instruments.change import Change, instrument
from repact.plans.position import Contract

ACCRUED: tuple[t.Accrued, ...] = ("interest", "penalty", "fees")


@instrument(1, zh="补齐逾期", en="Reinstatement")
def reinstatement(*, contract: Contract, overdue_principal_minor: int, last_minor: int) -> Change:
    """Everything overdue is paid with the first payment, and the contract goes on unchanged.

    逾期部分随第一期一次补齐，原合同照旧履行。

    Formula: x₁ = e₁ + overdue principal (+ interest, penalty and fees due by then); xₖ = eₖ.
    Source: the contract itself; Civil Code of China art. 509. `last_minor` is what is then left.
    Hear: You catch up at once, and nothing else changes.
    听到: 一次补齐，其余不变。
    """
    amounts = [row.amount_minor for row in contract.remaining[:-1]] + [last_minor]
    amounts[0] += overdue_principal_minor
    return Change(tail=(t.Custom(kind="custom", amounts_minor=tuple(amounts)),))


@instrument(3, zh="逾期补缴计划", en="Catch-up plan")
def catch_up(
    *, installment_minor: int, overdue_principal_minor: int, months: int, count: int
) -> Change:
    """The usual payment plus a share of the arrears for some months, then the usual payment.

    正常还款之外，逾期部分分几个月补上，之后恢复正常。

    Formula: xₖ = e + ⌊overdue principal / m⌋ for k ≤ m, then level over n − m payments; overdue
    interest, penalty and fees are spread over the first m without bearing interest.
    Source: CONC 7.3.5G (2) (reasonable time to repay arrears).
    Hear: For {months} months you pay a little more, then it is as before.
    听到: 接下来 {months} 个月每月多还一点，之后恢复原样。
    """
    amount = installment_minor + overdue_principal_minor // months
    return Change(
        measures=tuple(
            t.Carry(kind="carry", component=component, to="spread", count=months)
            for component in ACCRUED
        ),
        head=(t.Fixed(kind="fixed", count=months, amount_minor=amount),),
        tail=(t.Level(kind="level", count=count - months),),
    )


@instrument(5, zh="延后至末期", en="Deferral to maturity")
def deferral_to_maturity(*, principal_minor: int) -> Change:
    """Missed payments move to the last date; nothing is charged on them meanwhile.

    未还部分移到最后一期，期间不再计息。

    Formula: the last payment grows by the missed sum; the others stay.
    Source: payment deferral as US mortgage servicers grant it (from memory); no interest on it.
    Hear: What you missed waits, without interest, until the last payment.
    听到: 没还上的部分不计息，放到最后一期再还。
    """
    return Change(
        measures=(
            t.SetAside(kind="set_aside", amount_minor=principal_minor),
            t.Carry(kind="carry", component="interest", to="last"),
        )
    )


@instrument(11, zh="逾期重组分期", en="Re-ageing of arrears")
def re_age(*, count: int, split: Literal["interest_first", "equal"]) -> Change:
    """What is owed becomes a new schedule: overdue interest first, or spread in equal parts.

    逾期债务重排新的分期：拖欠利息先还，或随各期平均归还。

    Formula: A(P, r, n) + I in row 1 (interest first), or + ⌊I/n⌋ in every row (equal).
    Source: the two modes of Apache Fineract's loan re-ageing.
    Hear: Your overdue debt gets a new timetable. How late you were stays on record.
    听到: 逾期的债务有了新的还款时间表。此前的逾期记录仍会如实保留。
    """
    spread: tuple[t.Measure, ...] = (t.Carry(kind="carry", component="interest", to="spread"),)
    return Change(
        measures=spread if split == "equal" else (),
        tail=(t.Level(kind="level", count=count),),
    )


@instrument(12, zh="剩余期内重算", en="Re-amortization")
def re_amortize(*, contract: Contract) -> Change:
    """The arrears join the debt and are repaid over the dates the contract still has.

    逾期利息并入本金，在合同剩余的各期内重新计算。

    Formula: e' = A(P + I, r, n left).
    Source: common practice; only before maturity. The payment rises: check what is affordable.
    Hear: The end date stays, each payment is larger.
    听到: 结束日期不变，每期会多还一些。
    """
    return Change(
        measures=(t.Capitalize(kind="capitalize", component="interest"),),
        tail=(t.Level(kind="level", count=len(contract.remaining)),),
    )


@instrument(19, zh="并入本金", en="Capitalization")
def capitalize(*, interest_ppm: int = WHOLE_PPM, fees_ppm: int = 0, penalty_ppm: int = 0) -> Change:
    """Overdue interest joins the principal and bears interest from then on.

    拖欠的利息并入本金，此后计息。

    Formula: P' = P + αI + βF + γQ, by default α = 1, β = γ = 0: no interest on penalty.
    Source: Judicial Interpretation on Private Lending art. 27; PBoC 银发〔2003〕251号 on penalty.
    Hear: You pay nothing for it today, and a little interest on it later.
    听到: 现在不用先还这部分利息，但它之后会计息。
    """
    shares: Sequence[tuple[t.Accrued, int]] = (
        ("interest", interest_ppm),
        ("fees", fees_ppm),
        ("penalty", penalty_ppm),
    )
    return Change(
        measures=tuple(
            t.Capitalize(kind="capitalize", component=component, share_ppm=share)
            for component, share in shares
            if share
        )
    )


@instrument(20, zh="拖欠利息后还", en="Carry-forward")
def carry_forward(*, component: t.Accrued, to: Literal["first", "spread", "last"]) -> Change:
    """An overdue component is collected later, without bearing interest.

    拖欠的部分以后再还，期间不计息。

    Formula: row 1, every row, or the last row grows by it; the balance does not.
    Source: practice of payment deferrals; a modification under IFRS 9 5.4.3.
    Hear: This part waits, and waiting costs you nothing.
    听到: 这部分可以晚点还，不另收费。
    """
    return Change(measures=(t.Carry(kind="carry", component=component, to=to),))
