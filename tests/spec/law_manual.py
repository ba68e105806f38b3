"""Prints docs/reference/law.md from the catalogues and the sentences about them.

`python -m tests.spec.law_manual` writes it; a test holds the page to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from repact.law import catalogue
from repact.law.entries import Entry
from repact.law.wording import effect, percent, value, whom, words
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

Some figures are shown and asked by nobody, because they are about facts a plan does not have: how a
loan was paid out (the CNY 500,000 a borrower may draw themselves, in CN-CONS-2025-BALANCE), what a
person earns (SG-DCP) and how many creditors there are (SG-DMP). A plan here lends no new money.

本手册由法律数据和规格测试打印，不构成法律意见。把握程度：**S** 读过法条或官方文本；
**S2** 见于新闻、律师网页或合同的引用；**M-h、M-m、M-l** 凭记忆，依次为高、中、低。
凭记忆的内容未经核实，只提示，不单独阻止；用未核实的数列算出的上限也一样。
标准、自律和指引类规则可以经同意并留痕后不适用，法律和部门规章不可以。
多条规则同时适用时，取最有利于保护借款人的一条。方案按作出当天的法律判断；
与合同成立相关的规则，知道合同成立日的，按那一天判断。

有些数字只展示、不检查，因为方案里没有相应事实：贷款如何发放（CN-CONS-2025-BALANCE 中自主支付的
50 万元）、个人收入（SG-DCP）、债权人数量（SG-DMP）。本系统的方案不新增借款。"""


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
        values = "; ".join(f"{day} {percent(figure)}" for day, figure in series.values.items())
        yield f"\n### {series.id}\n\n{series.meaning.en} {series.meaning.zh}\n"
        yield f"- {values}"
        yield f"- Source: {series.reference} · {series.confidence}{_unsure(series.is_unconfirmed)}"


def _entry(entry: Entry) -> Iterator[str]:
    yield f"### {entry.id}\n"
    yield f"{entry.meaning.en} {entry.meaning.zh}\n"
    yield f"- Value: {value(entry)} · {_dates(entry)} · attaches to: {words(entry.attaches_to)}"
    about = whom(entry.scope) or "everyone"
    yield f"- {words(entry.binding).capitalize()} · {effect(entry)} · {about}"
    yield f"- Source: {entry.reference} · {entry.confidence}{_unsure(entry.is_unconfirmed)}"
    if entry.requires:
        yield f"- Must be stated: {', '.join(map(words, entry.requires))}"
    for spec in SPECS:
        if spec.rule == entry.id:
            yield f"- {spec.en} {spec.zh}"


def _dates(entry: Entry) -> str:
    since = f"from {entry.effective_from}" if entry.effective_from else "long-standing"
    return f"{since} until {entry.effective_to}" if entry.effective_to else since


def _unsure(unconfirmed: bool) -> str:
    return " **unconfirmed · 未核实**" if unconfirmed else ""


if __name__ == "__main__":
    PAGE.write_text(printed(), encoding="utf-8")
