"""A policy judges as its sentences say, and its manual is what the model prints."""

from __future__ import annotations

import re

import pytest

from tests.spec import policy_manual
from tests.spec.policy_fields import MEANINGS
from tests.spec.policy_rules import RULES
from tests.spec.policy_specs import SPECS
from tests.spec.policy_wrong import WRONG


@pytest.mark.parametrize("spec", SPECS, ids=[spec.en for spec in SPECS])
def test_a_policy(spec):
    made = spec.make()
    assert {name: made[name] for name in spec.expect} == spec.expect


def test_every_rule_with_an_example_has_a_sentence_and_the_other_way_round():
    assert set(RULES) == {rule for rule, _, _ in WRONG}


def test_every_field_means_something_in_both_languages():
    fields = {f"{m.__name__}.{name}" for m in policy_manual.models() for name in m.model_fields}
    assert set(MEANINGS) == fields
    sentences = (*MEANINGS.values(), *RULES.values(), *((s.en, s.zh) for s in SPECS))
    assert all(re.search("[一-鿿]", chinese) and english for english, chinese in sentences)


def test_the_manual_is_what_the_model_and_the_specs_print():
    assert policy_manual.PAGE.read_text(encoding="utf-8") == policy_manual.printed(), (
        "write it anew: python -m tests.spec.policy_manual"
    )
