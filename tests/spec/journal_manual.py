"""Prints docs/reference/journals.md and chart.md from the catalogues and the examples.

`python -m tests.spec.journal_manual` writes them; a test holds the pages to it.
"""

from __future__ import annotations

from collections.abc import Iterator

from repact.ledger import catalogue, chart
from repact.ledger.entry import Entry
from repact.plans.instruments.elsewhere import all_entries
from tests.spec.journal_specs import BY_TEMPLATE, EXAMPLES, sealed_by
from tests.spec.manual import PAGE as INSTRUMENTS
from tests.spec.manual import money

JOURNALS = INSTRUMENTS.with_name("journals.md")
CHART = INSTRUMENTS.with_name("chart.md")
INTRODUCTION = """# Journal templates · 分录模板

Printed by the specs (`python -m tests.spec.journal_manual`). Whatever happens to a debt is one
balanced entry, posted once for its source event, dated when it happened and when it was recorded,
and never changed: a correction is another entry, and `CODE.reversed` undoes an entry of `CODE`.
The examples are computed by the program and add up to zero.

本手册由规格测试打印。每件事只记一笔借贷相等的分录，注明发生日与记录时间，不修改；更正另记一笔，
`CODE.reversed` 为冲回。示例由程序计算，合计为零。"""
BY_INSTRUMENT = """# What each instrument does to the books · 各项协商措施的分录

The debt of the [instruments](instruments.md): the first entry of the plan that each one's first
example makes. 沿用协商措施手册的例子，列出各项措施使协议生效时的分录。"""
CHART_INTRODUCTION = """# The chart of accounts · 会计科目表

Printed by the specs (`python -m tests.spec.journal_manual`). A lender maps each code to codes of
its own with `repact server import accounts FILE`: a CSV with the columns `account`, `code`, `name`
and `from_date`, taken in whole or not at all. `repact server export journals` shows both codes, by
the mapping of each entry's day.
机构可用 CSV 将科目对应到自己的科目编码，导出时同时列出。

| Code 编码 | Kind 类别 | 名称 | Name |
|---|---|---|---|"""
KINDS = {
    "asset": "asset 资产",
    "liability": "liability 负债",
    "equity": "equity 权益",
    "income": "income 收入",
    "expense": "expense 支出",
}


def journals() -> str:
    """The page of the templates and of the instruments."""
    templates = "\n\n".join("\n".join(_template(one)) for one in catalogue.templates().values())
    instruments = "\n\n".join("\n".join(_instrument(number)) for number in all_entries())
    return f"{INTRODUCTION}\n\n{templates}\n\n{BY_INSTRUMENT}\n\n{instruments}\n"


def accounts() -> str:
    """The page of the chart."""
    rows = [
        f"| {one.code} | {KINDS[one.kind]} | {one.zh} | {one.en} |"
        for one in chart.accounts().values()
    ]
    return "\n".join((CHART_INTRODUCTION, *rows)) + "\n"


def _template(one: catalogue.Template) -> Iterator[str]:
    yield f"## `{one.code}` · {one.en} · {one.zh}\n"
    yield f"{one.moment.en} {one.moment.zh}。\n"
    yield from _entry(EXAMPLES[one.code])


def _instrument(number: int) -> Iterator[str]:
    entry, sealed = all_entries()[number], sealed_by(number)
    yield f"## {number} · {entry.en} · {entry.zh}\n"
    if sealed:
        yield from _entry(sealed)
        return
    codes = BY_TEMPLATE[number]
    if codes:
        yield " · ".join(f"`{code}`" for code in codes)
    else:
        yield "No entry: nothing that is owed changes. 不产生分录：欠款不变。"


def _entry(entry: Entry) -> Iterator[str]:
    yield "| Account 科目 | Debit 借 | Credit 贷 |"
    yield "|---|---:|---:|"
    for line in entry.lines:
        account = chart.accounts()[line.account]
        debit = money(line.amount_minor) if line.amount_minor > 0 else ""
        credit = money(-line.amount_minor) if line.amount_minor < 0 else ""
        yield f"| {account.code} {account.en} {account.zh} | {debit} | {credit} |"


if __name__ == "__main__":
    JOURNALS.write_text(journals(), encoding="utf-8")
    CHART.write_text(accounts(), encoding="utf-8")
