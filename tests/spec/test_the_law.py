"""Every rule of law finds what its sentence says, and lets the next case pass."""

from __future__ import annotations

from typing import get_args

import pytest

from repact.law import catalogue
from repact.law.entries import Check
from tests.spec import law_manual
from tests.spec.law_specs import SPECS


@pytest.mark.parametrize("spec", SPECS, ids=[f"{s.rule}: {s.en}" for s in SPECS])
def test_a_rule(spec):
    assert spec.breaks().get(spec.rule) == spec.action
    assert spec.rule not in spec.keeps()


def test_every_rule_that_is_checked_has_a_sentence():
    checked = {
        entry.id
        for place in catalogue.jurisdictions()
        for entry in catalogue.load(place).entries
        if entry.check
    }
    assert {spec.rule for spec in SPECS} == checked


def test_every_question_is_asked_by_some_rule():
    asked = {
        entry.check
        for place in catalogue.jurisdictions()
        for entry in catalogue.load(place).entries
        if entry.check
    }
    assert asked == set(get_args(Check))


def test_the_page_is_what_the_catalogues_and_the_sentences_print():
    assert law_manual.PAGE.read_text(encoding="utf-8") == law_manual.printed(), (
        "write it anew: python -m tests.spec.law_manual"
    )
