"""`repact policy law`: the law of a day, with how sure we are of each entry."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from repact.cli import printing
from repact.cli.schedule import Language
from repact.errors import RepactError
from repact.law import catalogue, wording

WIDTH = 220
TITLES = {
    Language.ZH: ("编号", "含义", "数值", "起", "止", "依附于", "效力", "作用", "出处", "把握"),
    Language.EN: (
        "Id",
        "Meaning",
        "Value",
        "From",
        "To",
        "Attaches to",
        "Binding",
        "Action",
        "Reference",
        "Confidence",
    ),
}
UNCONFIRMED = {Language.ZH: "未核实", Language.EN: "unconfirmed"}


CHINESE = {
    "block": "阻止",
    "warn": "提示",
    "disclose": "告知",
    "deadline": "期限",
    "record": "留痕",
    "compute": "计算",
    "law": "法律法规",
    "department_rule": "部门规章",
    "recommended_standard": "推荐性标准",
    "self_discipline": "行业自律",
    "guidance": "指引",
    "contract_formation": "合同成立",
    "signing": "签约",
    "offer": "给出方案",
    "payment": "还款",
    "first_payment_after_change": "调整后首个还款日",
    "measure_granted": "给予措施",
    "moratorium_start": "暂停期开始",
    "missed_payment": "未还款",
    "request": "申请",
    "refusal": "拒绝",
    "notice": "通知",
    "complaint": "投诉",
    "dispute": "异议",
    "contact": "联系",
    "end_of_bad_act": "不良行为终止",
    "end_of_purpose": "目的实现",
    "last_activity": "最后一次活动",
    "maturity": "到期",
    "due_date": "还款日",
    "processing": "处理信息",
    "report": "报送",
}


class Format(StrEnum):
    """How the list is written."""

    TABLE = "table"
    JSON = "json"


def law(
    *,
    jurisdiction: Annotated[str, typer.Option("--jurisdiction", help="cn, uk, eu, ...")],
    at: Annotated[str, typer.Option("--at", help="The day, as 2026-11-24.")],
    form: Annotated[Format, typer.Option("--format", help="table or json.")] = Format.TABLE,
    json: Annotated[bool, typer.Option("--json", help="Short for --format json.")] = False,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the words.")] = Language.EN,
) -> None:
    """List the law of a day: each entry dated, cited, and with how sure we are of it."""
    made, on = catalogue.load(jurisdiction), day(at)
    entries = [entry for entry in made.entries if entry.in_force(on)]
    if json or form is Format.JSON:
        listed = [_as_json(entry) for entry in entries]
        series = [_series_json(one, on) for one in made.series if min(one.values) <= on]
        printing.json_object({"sha256": made.sha256, "entries": listed, "series": series})
        return
    table = Table()
    for title in TITLES[lang]:
        table.add_column(title, overflow="fold")
    for entry in entries:
        table.add_row(*_cells(entry, lang), style="yellow" if entry.is_unconfirmed else None)
    for one in made.series:
        if min(one.values) <= on:
            table.add_row(*_series_cells(one, on, lang), style="yellow")
    console = Console()
    Console(width=None if console.is_terminal else WIDTH).print(table)


def _cells(entry: catalogue.Entry, lang: Language) -> tuple[str, ...]:
    return (
        entry.id,
        entry.meaning.zh if lang is Language.ZH else entry.meaning.en,
        wording.value(entry),
        entry.effective_from.isoformat() if entry.effective_from else "",
        entry.effective_to.isoformat() if entry.effective_to else "",
        _said(entry.attaches_to, lang),
        _said(entry.binding, lang),
        _effect(entry, lang),
        entry.reference,
        _sure(entry.confidence, lang, unconfirmed=entry.is_unconfirmed),
    )


def _series_cells(series: catalogue.Series, on: date, lang: Language) -> tuple[str, ...]:
    since = max(since for since in series.values if since <= on)
    return (
        series.id,
        series.meaning.zh if lang is Language.ZH else series.meaning.en,
        wording.percent(series.at(on)),
        since.isoformat(),
        *("",) * 3,
        _said("compute", lang),
        series.reference,
        _sure(series.confidence, lang, unconfirmed=series.is_unconfirmed),
    )


def _said(name: str, lang: Language) -> str:
    return CHINESE[name] if lang is Language.ZH else wording.words(name)


def _effect(entry: catalogue.Entry, lang: Language) -> str:
    if lang is Language.EN:
        return wording.effect(entry)
    does, would = entry.effective_action, entry.action
    said = CHINESE[does] + (f"（核实后{CHINESE[would]}）" if does != would else "")
    return f"{said}，主管批准" if entry.needs_supervisor else said


def _sure(confidence: str, lang: Language, *, unconfirmed: bool) -> str:
    return f"{confidence} ({UNCONFIRMED[lang]})" if unconfirmed else confidence


def _as_json(entry: catalogue.Entry) -> dict[str, Any]:
    facts = entry.model_dump(mode="json")
    return facts | {
        "unconfirmed": entry.is_unconfirmed,
        "action": entry.effective_action,
        "action_if_confirmed": entry.action,
        "overridable": entry.is_overridable,
    }


def _series_json(series: catalogue.Series, on: date) -> dict[str, Any]:
    facts = series.model_dump(mode="json", exclude={"values"})
    return facts | {"value": series.at(on), "unconfirmed": series.is_unconfirmed}


def day(text: str, /) -> date:
    """The day a person wrote. Raises `cli.not_a_date`."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RepactError("cli.not_a_date", field="at", value=text) from error
