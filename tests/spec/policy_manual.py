"""Prints docs/reference/policy.md from the model, the rules and the specs.

`python -m tests.spec.policy_manual` writes it; a test holds the page to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from repact.policy.bounds import Instruments
from repact.policy.fields import Bilingual
from repact.policy.model import Policy
from tests.spec.manual import money
from tests.spec.policy_fields import MEANINGS
from tests.spec.policy_rules import RULES
from tests.spec.policy_specs import SPECS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "policy.md"
UNSPOKEN = {Bilingual, Instruments}
INTRODUCTION = """# The policy · 协商政策手册

Printed from the model and the specs (`python -m tests.spec.policy_manual`). 本手册由模型和规格测试打印。

A policy is a dated YAML document, known by the SHA-256 of its content: comments change nothing, a
figure does. Money is `_minor` (fen), rates and shares are `_ppm`, dates are `_date`; there are no
fractions, no aliases, no key twice. What is wrong is refused at once and in whole: file, line, rule
and field. Texts of version 1 are still read: their recipes become bounds, and what version 1 left
open stays open, but no principal is waived, nothing is automatic, and no plan is made after a court
has decided.

- `repact policy check FILE...` lists gaps and contradictions (exit 2 when one is an error).
- `repact policy schema` prints the JSON Schema.
- `repact policy show FILE` prints the policy with its defaults and its hash.

Three samples: [consumer finance](../../policies/demo-consumer-finance.yaml),
[wallet credit](../../policies/demo-wallet-credit.yaml),
[cards under article 70](../../policies/demo-card.yaml)."""


def models() -> tuple[type[BaseModel], ...]:
    """Every part of a policy, in the order it is met."""
    found: dict[type[BaseModel], None] = {}

    def walk(model: type[BaseModel]) -> None:
        found[model] = None
        for field in model.model_fields.values():
            for part in _parts(field.annotation):
                if part not in found:
                    walk(part)

    walk(Policy)
    return tuple(model for model in found if model not in UNSPOKEN)


def _parts(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _parts(argument)


def printed() -> str:
    """The whole page."""
    sections = [INTRODUCTION, "\n".join(_specs()), "\n".join(_rules())]
    sections += [
        "## Fields · 字段",
        "\n".join(_instruments()),
        *("\n".join(_fields(model)) for model in models()),
    ]
    return "\n\n".join(sections) + "\n"


def _specs() -> Iterator[str]:
    yield "## How a policy judges · 如何判断"
    for part, specs in groupby(SPECS, key=lambda spec: spec.part):
        yield f"\n### {part}\n"
        for spec in specs:
            made = {
                name: value if name in COUNTS else money(value)
                for name, value in spec.make().items()
            }
            yield f"- {spec.en.format(**made)}"
            yield f"  {spec.zh.format(**made)}"


COUNTS = {"rules", "low", "documents", "months", "contents"}


def _rules() -> Iterator[str]:
    yield "## What `repact policy check` finds · 检查内容\n"
    yield "The law is checked too: its findings carry the law's own ids ([the law](law.md)).\n"
    yield "| Rule | Meaning | 含义 |"
    yield "|---|---|---|"
    for rule, (english, chinese) in RULES.items():
        yield f"| `policy.{rule}` | {english} | {chinese} |"


def _instruments() -> Iterator[str]:
    yield "### Instruments\n"
    yield "Each instrument and the bounds it takes; one that is absent is never offered.\n"
    yield "| Instrument | Bounds |"
    yield "|---|---|"
    for name, field in Instruments.model_fields.items():
        (bounds,) = _parts(field.annotation)
        yield f"| `{name}` | {bounds.__name__} |"


def _fields(model: type[BaseModel]) -> Iterator[str]:
    yield f"### {model.__name__}\n"
    yield " ".join((model.__doc__ or "").split()) + "\n"
    yield "| Field | Meaning | 含义 | Needed |"
    yield "|---|---|---|---|"
    for name, field in model.model_fields.items():
        english, chinese = MEANINGS[f"{model.__name__}.{name}"]
        needed = "yes" if field.is_required() else "no"
        yield f"| `{name}` | {english} | {chinese} | {needed} |"


if __name__ == "__main__":
    PAGE.write_text(printed(), encoding="utf-8")
