"""Every instrument does what its sentence says."""

from __future__ import annotations

import re

import pytest

from repact.plans.instruments.elsewhere import ELSEWHERE, all_entries
from tests.spec import manual
from tests.spec.specs import SPECS


@pytest.mark.parametrize("spec", SPECS, ids=[f"{s.number}: {s.en}" for s in SPECS])
def test_an_instrument(spec):
    made = spec.make()
    assert {name: made[name] for name in spec.expect} == spec.expect


def test_the_catalogue_has_all_forty():
    assert list(all_entries()) == list(range(1, 41))


def test_every_instrument_that_computes_has_a_sentence():
    records = {entry.number for entry in ELSEWHERE}
    assert {spec.number for spec in SPECS} == set(range(1, 41)) - records


@pytest.mark.parametrize("number", range(1, 41))
def test_every_instrument_is_explained_in_both_languages(number):
    told = manual.told(all_entries()[number])
    assert all(told[part] for part in ("en", "zh", "formula", "source", "hear", "hear_zh"))
    assert re.search("[一-鿿]", told["zh"])
    assert re.search("[一-鿿]", told["hear_zh"])


def test_the_manual_is_what_the_specs_print():
    assert manual.PAGE.read_text(encoding="utf-8") == manual.printed(), (
        "write it anew: python -m tests.spec.manual"
    )
