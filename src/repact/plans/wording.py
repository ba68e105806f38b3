"""A trace in words, for a borrower: one sentence for each formula, in Chinese and English.

The sentences live here, not in the catalogues, because the command line knows no Django.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

from repact.money.currencies import written
from repact.plans.formulas import Step

Language = Literal["zh", "en"]


class Words(NamedTuple):
    """One sentence in both languages."""

    zh: str
    en: str

    def in_(self, language: Language, /) -> str:
        """The sentence in a language."""
        return self.zh if language == "zh" else self.en


FIGURES = {
    "payment": Words("本期应还", "payment"),
    "principal": Words("本金", "principal"),
    "interest": Words("利息", "interest"),
    "penalty": Words("罚息", "penalty"),
    "fees": Words("费用", "fees"),
    "carried": Words("其中结转", "of it carried"),
    "vesting": Words("按时还款后免除", "waiver earned"),
    "balance": Words("剩余计息本金", "balance"),
    "asked": Words("约定还款", "agreed payment"),
    "waived": Words("减免合计", "waived"),
    "capitalized": Words("并入本金合计", "capitalized"),
    "annual_rate_nominal": Words("名义年利率", "nominal annual rate"),
    "annual_rate_effective": Words("实际年利率", "effective annual rate"),
    "versus_today": Words("比今天所欠", "versus today"),
    "versus_contract": Words("比原合同", "versus contract"),
    "modification": Words("现值变动", "modification"),
}
SENTENCES = {
    "sum_of_parts": Words("{name} {result} = {parts}", "{name} {result} = {parts}"),
    "sum_of_rows": Words(
        "{name} {result} = {rows} 期相加", "{name} {result} = the sum of {rows} rows"
    ),
    "due_first": Words(
        "{name} {result}：此前拖欠的部分，随第一期归还",
        "{name} {result}: owed from before, due with the first payment",
    ),
    "settled_in_order": Words(
        "{name} {result}：结清款 {amount} 依次抵费用、罚息、利息、本金",
        "{name} {result}: of {amount}, used for fees, penalty, interest, principal in that order",
    ),
    "settled": Words("{name} {result}：已结清", "{name} {result}: settled"),
    "rest_is_waived": Words(
        "{result}：结清后其余免除", "{result}: the rest, waived when this is paid"
    ),
    "all_that_is_left": Words(
        "{name} {result}：最后一期还清全部剩余本金 {balance}",
        "{name} {result}: the last row pays all the principal that is left, {balance}",
    ),
    "payment_less_interest": Words(
        "{name} {result} = 约定还款 {first} − 利息 {second}",
        "{name} {result} = agreed payment {first} − interest {second}",
    ),
    "fixed_amount": Words(
        "{name} {result}：协议约定的固定金额", "{name} {result}: the fixed amount agreed"
    ),
    "chosen_amount": Words("{name} {result}：你自选的金额", "{name} {result}: the amount chosen"),
    "interest_only": Words(
        "{name} {result}：这一期只还利息", "{name} {result}: this row pays its interest only"
    ),
    "growing": Words(
        "{name} {result}：每期递增 {growth}，本金 {balance} 共 {count} 期还清",
        "{name} {result}: repays {balance} in {count} payments, each {growth} above the one before",
    ),
    "level": Words(
        "{name} {result}：使本金 {balance} 在 {count} 期等额还清{balloon}（{periodic}），四舍五入",
        "{name} {result}: the equal payment that repays {balance} in {count} rows{balloon} ({periodic}), rounded",
    ),
    "balance_times_rate": Words(
        "{name} {result} = 本金 {balance} × {rates} × {year} 年（{start} 至 {end}，算头不算尾），四舍五入",
        "{name} {result} = balance {balance} × {rates} × {year} of a year ({start} to before {end}), rounded",
    ),
    "carried": Words(
        "{name} {result}：结转的 {amount}，{to}",
        "{name} {result}: of {amount} carried, {to}",
    ),
    "kept_aside": Words(
        "{name} {result}：延期期间的利息 {amount} 不再计息，分摊到 {count} 期",
        "{name} {result}: interest of the holiday, {amount}, bears none and is spread over {count} rows",
    ),
    "set_aside": Words(
        "{name} {result}：放到最后的部分本金，不计息",
        "{name} {result}: principal set aside for the last row, without interest",
    ),
    "waiver_earned": Words(
        "{name} {result}：按时还这一期即可免除，共 {amount}",
        "{name} {result}: earned by paying this row on time, of {amount} in all",
    ),
    "balance_grows": Words(
        "{name} {result} = {balance} + 延期期间的利息 {first}",
        "{name} {result} = {balance} + the interest of this holiday row, {first}",
    ),
    "balance_rests": Words("{name} {result}：本期不变", "{name} {result}: unchanged in this row"),
    "balance_falls": Words(
        "{name} {result} = {balance} − 本金 {first}",
        "{name} {result} = {balance} − principal {first}",
    ),
    "waive_share": Words(
        "{component} {result}：减免，当时为 {owed}{share}",
        "{component} {result} waived, of {owed}{share}",
    ),
    "capitalize_share": Words(
        "{component} {result}：并入本金，当时为 {owed}{share}",
        "{component} {result} capitalized, of {owed}{share}",
    ),
    "nominal_rate": Words(
        "{name} {result}：使各期还款的现值等于 {amount} 的每期利率 × 每年 {periods} 期",
        "{name} {result}: {periods} periods a year × the rate at which all payments are worth {amount}",
    ),
    "effective_rate": Words(
        "{name} {result}：按实际天数（365 天为一年）使各期还款的现值等于 {amount}",
        "{name} {result}: the rate at which, by actual days over 365, all payments are worth {amount}",
    ),
    "difference": Words(
        "{name} {result} = {total} − {other}", "{name} {result} = {total} − {other}"
    ),
}
TO = {
    "first": Words("随第一期归还", "due with the first row"),
    "spread": Words("分摊到 {count} 期", "spread over {count} rows"),
    "last": Words("随最后一期归还", "due with the last row"),
}


def told(step: Step, /, *, currency: str, language: Language, depth: int = 0) -> Iterator[str]:
    """The sentence of a step and, indented below it, of what it rests on.

    A sum of nothing is left out, a sum of one thing is that thing.
    """
    while step.formula == "sum_of_parts" and len(step.parts) == 1:
        step = step.parts[0]
    if step.formula == "sum_of_parts" and not step.parts:
        return
    yield "  " * depth + sentence(step, currency=currency, language=language)
    for part in step.parts:
        yield from told(part, currency=currency, language=language, depth=depth + 1)


def sentence(step: Step, /, *, currency: str, language: Language) -> str:
    """One step as one sentence."""
    writer = _Writer(currency, language)
    return SENTENCES[step.formula].in_(language).format(**writer.words(step))


class _Writer:
    """Writes the inputs of a step the way a reader of a language expects them."""

    def __init__(self, currency: str, language: Language) -> None:
        self.currency = currency
        self.language = language

    def words(self, step: Step) -> dict[str, str]:
        rate = step.figure.startswith("annual_rate")
        made = {name: self._word(name, value) for name, value in step.inputs.items()}
        made |= {
            "name": FIGURES[step.figure].in_(self.language),
            "result": self._rate(step.result) if rate else self._money(step.result),
            "parts": " + ".join(self._part(part) for part in step.parts),
            "count": str(step.inputs.get("count", len(step.inputs.get("rates", ())))),
            "rows": str(len(step.inputs.get("amounts", ()))),
        }
        for name, part in zip(("first", "second"), step.parts, strict=False):
            made[name] = self._money(part.result)
        if step.formula == "balance_times_rate":
            made |= self._rates(step.inputs)
        if step.formula == "carried":
            made["to"] = TO[step.inputs["to"]].in_(self.language).format(count=made["count"])
        if step.formula.endswith("_share"):
            share = step.inputs["share_ppm"]
            made["share"] = "" if share is None else f" × {percent(share)}"
            made["component"] = FIGURES[step.inputs["component"]].in_(self.language)
        if step.formula == "level":
            made["balloon"] = self._balloon(step.inputs["balloon"])
            made["periodic"] = self._periodic(step.inputs["rates"])
        if step.formula == "growing":
            made["growth"] = percent(step.inputs["growth_ppm"])
        if step.formula == "nominal_rate":
            made["periods"] = str(step.inputs["periods_per_year"])
        return made

    def _word(self, name: str, value: Any) -> str:
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, int) and name not in {"index", "rows", "count"}:
            return self._money(value)
        return str(value)

    def _part(self, part: Step) -> str:
        return f"{FIGURES[part.figure].in_(self.language)} {self._money(part.result)}"

    def _money(self, amount: int | None) -> str:
        return "—" if amount is None else written(amount, self.currency)

    def _rate(self, ppm: int | None) -> str:
        return "—" if ppm is None else percent(ppm)

    def _balloon(self, balloon: int) -> str:
        if not balloon:
            return ""
        words = Words("（尾款 {sum} 另计）", " before a balloon of {sum}")
        return words.in_(self.language).format(sum=self._money(balloon))

    def _periodic(self, rates: Sequence[tuple[int, int]]) -> str:
        """The annuity formula with the rate of a period, where all periods have the same."""
        part, whole = rates[0]
        if any(rate != rates[0] for rate in rates):
            return Words("按各期实际利率折现", "by the rate of each period").in_(self.language)
        if not part:
            return f"{len(rates)} × {Words('每期', 'payment').in_(self.language)}"
        return f"A = B·r/(1 − (1 + r)^−{len(rates)}), r = {part}/{whole}"

    def _rates(self, inputs: dict[str, Any]) -> dict[str, str]:
        """The yearly rate, or each with its days; the part of the year as a fraction."""
        pieces = inputs["pieces"]
        part, whole = inputs["year_part"]
        year = Words("年利率 {rate}", "{rate} a year").in_(self.language)
        days = Words("{days} 天按 {rate}", "{days} days at {rate}").in_(self.language)
        if len(pieces) == 1:
            rates = year.format(rate=percent(pieces[0][1]))
        else:
            listed = [days.format(days=length, rate=percent(rate)) for length, rate in pieces]
            rates = f"({', '.join(listed)})"
        return {"rates": rates, "year": f"{part}/{whole}"}


def percent(ppm: int, /) -> str:
    """180000 -> 18%; as many decimals as there are."""
    units, rest = divmod(abs(ppm), 10_000)
    decimals = f".{rest:04d}".rstrip("0").rstrip(".")
    return f"{'-' if ppm < 0 else ''}{units}{decimals}%"
