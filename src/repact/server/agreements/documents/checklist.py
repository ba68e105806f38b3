"""Whether an agreement says everything it must, by lists kept as data (`checklists.json`).

Each item names the sections or clauses that say it; `a|b` means either. An item without a rule is
our own promise; the others name the rule that asks (CN-CARD-70b, CN-COST-2026-2, EU-MOD-INFO).
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from importlib import resources
from typing import Any

from repact.server.agreements.documents.clauses import Speaker, liability
from repact.server.agreements.documents.composing import compose
from repact.server.agreements.documents.contents import Contents
from repact.server.agreements.errors import AgreementError


@dataclass(frozen=True, slots=True)
class Missing:
    """An item of a list that the text does not say in one of its languages."""

    checklist: str
    rule: str
    item: str
    language: str


def missing(contents: Contents, /) -> tuple[Missing, ...]:
    """What the text must say and does not, in each of its languages."""
    found = [
        Missing(asked["code"], asked["rule"], item, language)
        for language in contents.languages
        for said in [compose(contents, language).codes()]
        for asked in lists()
        if _applies(asked, contents)
        for item, needs in asked["items"].items()
        if not all(_says(said, need) for need in needs)
    ]
    language = contents.languages[0]
    speaker = Speaker(contents, language)
    owed = [{clause.code for clause in liability(speaker, who)} for who in contents.signers]
    asked = [f"liability.{signer.liability.kind}" for signer in contents.signers]
    if not all(code in said for code, said in zip(asked, owed, strict=True)):
        found.append(Missing("everywhere", "", "liability_of_each_signer", language))
    return tuple(found)


def assert_complete(contents: Contents, /) -> None:
    """Raises `agreements.incomplete` with the items that are missing: nobody signs half a text."""
    found = missing(contents)
    if found:
        items = sorted({f"{one.checklist}.{one.item}" for one in found})
        raise AgreementError("agreements.incomplete", items=", ".join(items))


def stated(contents: Contents, /) -> frozenset[str]:
    """What the law asks for by name (`requires` of its entries) and the text says in each of its
    languages; `stated.json` names the sections and clauses that say it."""
    said = [compose(contents, language).codes() for language in contents.languages]
    return frozenset(
        name
        for name, needs in _names().items()
        if all(_says(codes, need) for need in needs for codes in said)
    )


@functools.cache
def lists() -> tuple[dict[str, Any], ...]:
    """Every list, with its rule and where it applies."""
    file = resources.files(__package__) / "checklists.json"
    return tuple(json.loads(file.read_text(encoding="utf-8")))


@functools.cache
def _names() -> dict[str, list[str]]:
    file = resources.files(__package__) / "stated.json"
    return dict(json.loads(file.read_text(encoding="utf-8")))


def _says(codes: set[str], need: str) -> bool:
    return any(code in codes for code in need.split("|"))


def _applies(asked: dict[str, Any], contents: Contents) -> bool:
    place = not asked["jurisdictions"] or contents.jurisdiction in asked["jurisdictions"]
    kinds = {debt.product_kind for debt in contents.debts}
    return place and (not asked["products"] or bool(kinds & set(asked["products"])))
