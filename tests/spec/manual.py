"""Prints docs/reference/instruments.md from the docstrings and the specs.

`python -m tests.spec.manual` writes it; a test holds the page to it.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

from repact.plans.instruments.change import Entry
from repact.plans.instruments.elsewhere import Elsewhere, all_entries
from tests.spec.specs import SPECS, Spec

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "instruments.md"
MARKS = {"Formula": "formula", "Source": "source", "Hear": "hear", "听到": "hear_zh"}
INTRODUCTION = """# The instruments · 协商措施手册

Printed by the specs (`python -m tests.spec.manual`): every figure here was computed by the engine.
The examples speak of one debt: 12,000.00 of principal, 345.00 of interest, 62.50 of penalty, 18% a
year, twelve payments of 1,100.16 to go. 本手册由规格测试打印，例中债务：本金 12,000.00，
利息 345.00，罚息 62.50，年利率 18%，剩余 12 期，每期 1,100.16。"""


def told(entry: Entry | Elsewhere) -> dict[str, str]:
    """The parts of an instrument's text: definition in both languages, formula, source, words."""
    text = entry.text if isinstance(entry, Elsewhere) else entry.make.__doc__ or ""
    parts = dict.fromkeys(("en", "zh", *MARKS.values()), "")
    for block in re.split(r"\n\s*\n", inspect.cleandoc(text)):
        current = "zh" if re.match("[一-鿿]", block) and not block.startswith("听到") else "en"
        if current == "en" and parts["en"] and not block.startswith(tuple(MARKS)):
            continue
        for line in block.splitlines():
            mark = next((name for name in MARKS if line.startswith(f"{name}:")), None)
            current = MARKS[mark] if mark else current
            said = line.removeprefix(f"{mark}:").strip()
            parts[current] = f"{parts[current]} {said}".strip()
    return parts


def printed() -> str:
    """The whole page."""
    sections = ("\n".join(_section(entry)) for entry in all_entries().values())
    return "\n\n".join((INTRODUCTION, *sections)) + "\n"


def _section(entry: Entry | Elsewhere) -> Iterator[str]:
    parts = told(entry)
    yield f"## {entry.number} · {entry.en} · {entry.zh}\n"
    yield f"{parts['en']} {parts['zh']}\n"
    if isinstance(entry, Elsewhere):
        yield f"- Where: {entry.room}"
    else:
        yield f"- Made by: `{entry.make.__module__.removeprefix('repact.')}.{entry.make.__name__}`"
    yield f"- Formula: {parts['formula']}"
    yield f"- Source: {parts['source']}"
    yield f"- The borrower hears: “{parts['hear']}” “{parts['hear_zh']}”"
    for spec in SPECS:
        if spec.number == entry.number:
            yield f"- Example: {_sentence(spec, spec.en)}"
            yield f"  {_sentence(spec, spec.zh)}"


def _sentence(spec: Spec, words: str) -> str:
    return words.format(**{name: money(amount) for name, amount in spec.make().items()})


def money(amount_minor: int) -> str:
    """1234550 -> 12,345.50."""
    return f"{amount_minor // 100:,}.{amount_minor % 100:02}"


if __name__ == "__main__":
    PAGE.write_text(printed(), encoding="utf-8")
