"""Prints docs/reference/law.md from the catalogues and the sentences about them.

`python -m tests.spec.law_manual` writes it; a test holds the page to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from repact.law import catalogue
from repact.law.entries import Entry, Scope
from tests.spec.law_specs import SPECS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "law.md"
PLACES = {
    "cn": "Mainland China · 中国内地",
    "uk": "United Kingdom · 英国",
    "eu": "European Union · 欧盟",
    "us": "United States · 美国",
    "au": "Australia · 澳大利亚",
    "in": "India · 印度",
    "hk": "Hong Kong · 中国香港",
    "sg": "Singapore · 新加坡",
}
INTRODUCTION = """# The law · 法律参数手册

Printed from the catalogues and the specs (`python -m tests.spec.law_manual`). It is not legal
advice. Confidence: **S** the statute or official text was read; **S2** it was read quoted, in news,
a law firm's page or a contract; **M-h, M-m, M-l** from memory, with high, medium or low confidence.
What is from memory is unconfirmed: it warns and never blocks by itself, and so does a cap computed
from a series that is from memory. A finding of a standard, of self-discipline or of guidance may be
set aside by agreement, on record; one of law or of a department's rule may not. When several rules
speak of the same act, the most protective holds. An offer is read by the law of the day it is made;
what attaches to the contract, by the law of the day of the contract, where that day is known.

本手册由法律数据和规格测试打印，不构成法律意见。把握程度：**S** 读过法条或官方文本；
**S2** 见于新闻、律师网页或合同的引用；**M-h、M-m、M-l** 凭记忆，依次为高、中、低。
凭记忆的内容未经核实，只提示，不单独阻止；用未核实的数列算出的上限也一样。
标准、自律和指引类规则可以经同意并留痕后不适用，法律和部门规章不可以。
多条规则同时适用时，取最有利于保护借款人的一条。方案按作出当天的法律判断；
与合同成立相关的规则，知道合同成立日的，按那一天判断。"""


def printed() -> str:
    """The whole page."""
    sections = ("\n".join(_place(place)) for place in PLACES)
    return "\n\n".join((INTRODUCTION, *sections)) + "\n"


def _place(place: str) -> Iterator[str]:
    law = catalogue.load(place)
    yield f"## {PLACES[place]}"
    for entry in law.entries:
        yield ""
        yield from _entry(entry)
    for series in law.series:
        values = "; ".join(f"{day} {_percent(value)}" for day, value in series.values.items())
        yield f"\n### {series.id}\n\n{series.meaning.en} {series.meaning.zh}\n"
        yield f"- {values}"
        yield f"- Source: {series.reference} · {series.confidence}{_unsure(series.is_unconfirmed)}"


def _entry(entry: Entry) -> Iterator[str]:
    yield f"### {entry.id}\n"
    yield f"{entry.meaning.en} {entry.meaning.zh}\n"
    yield f"- Value: {_value(entry)} · {_dates(entry)} · attaches to: {_words(entry.attaches_to)}"
    yield f"- {_words(entry.binding).capitalize()} · {_effect(entry)} · {_whom(entry.scope)}"
    yield f"- Source: {entry.reference} · {entry.confidence}{_unsure(entry.is_unconfirmed)}"
    if entry.requires:
        yield f"- Must be stated: {', '.join(map(_words, entry.requires))}"
    for spec in SPECS:
        if spec.rule == entry.id:
            yield f"- {spec.en} {spec.zh}"


def _value(entry: Entry) -> str:
    first = [] if entry.unit == "duty" else [_amount(entry.value, entry.unit)]
    rest = [f"{_words(name)} {_figure(name, value)}" for name, value in entry.figures.items()]
    rounded = [f"rounded: {_words(entry.rounding)}"] if entry.rounding else []
    return ", ".join(first + rest + rounded) or "a duty"


def _amount(value: int, unit: str) -> str:
    if unit in {"annual_ppm", "share_ppm"}:
        return _percent(value) + (" a year" if unit == "annual_ppm" else "")
    if unit == "minor_units":
        return f"{value // 100:,}"
    return f"{value} {_words(unit).replace('times lpr', 'times the LPR')}"


def _figure(name: str, value: int) -> str:
    if "_ppm" in name:
        return _percent(value)
    return f"{value // 100:,}" if "_minor" in name else f"{value}"


def _percent(ppm: int) -> str:
    whole, part = divmod(ppm, 10_000)
    return f"{whole}.{part:04}".rstrip("0").rstrip(".") + "%"


def _dates(entry: Entry) -> str:
    since = f"from {entry.effective_from}" if entry.effective_from else "long-standing"
    return f"{since} until {entry.effective_to}" if entry.effective_to else since


def _effect(entry: Entry) -> str:
    said = "would block, warns as unconfirmed"
    effect = said if entry.effective_action != entry.action else entry.action
    return f"{effect}, a supervisor decides" if entry.needs_supervisor else effect


def _whom(scope: Scope) -> str:
    lists = (*scope.lender_types, *scope.products, *scope.collectors, *scope.channels)
    days = f"{scope.dpd_from} to {scope.dpd_to or 'any'} days past due" if scope.dpd_from else ""
    return ", ".join([_words(name) for name in lists] + ([days] if days else [])) or "everyone"


def _unsure(unconfirmed: bool) -> str:
    return " **unconfirmed · 未核实**" if unconfirmed else ""


def _words(name: str) -> str:
    return name.replace("_", " ")


if __name__ == "__main__":
    PAGE.write_text(printed(), encoding="utf-8")
