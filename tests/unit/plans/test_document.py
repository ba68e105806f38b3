"""The engine's door: JSON without its traps."""

from __future__ import annotations

import json

import pytest

from repact.plans import document
from repact.plans.errors import PlanError
from tests.unit.plans.documents import plan

TEXT = json.dumps(plan())


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        ("", "plan.not_json", None),
        ("[", "plan.not_json", None),
        (b"\xff\xfe", "plan.not_json", None),
        ("[]", "plan.wrong_type", ""),
        (TEXT.replace("1200000", "NaN"), "plan.not_a_number", None),
        (TEXT.replace("1200000", "1e999"), "plan.wrong_type", "position.principal_minor"),
        (TEXT.replace("1200000", "1200000.0"), "plan.wrong_type", "position.principal_minor"),
        (
            TEXT.replace('"currency"', '"currency": "CNY", "currency"'),
            "plan.duplicate_key",
            "currency",
        ),
        (TEXT.replace('"rounding"', '"rouding"'), "plan.missing", "terms.rounding"),
        (TEXT.replace('"version"', '"extra": 1, "version"'), "plan.unknown_key", "terms.extra"),
        (
            TEXT.replace('"measures": []', '"measures": [{"kind": "set_aside"}]'),
            "plan.share_or_amount",
            "terms.measures[0]",
        ),
        (TEXT.replace('"level"', '"levels"'), "plan.unknown_kind", "terms.shape[0]"),
        ("x" * (256 * 1024 + 1), "plan.too_large", None),
    ],
)
def test_a_bad_document_is_refused_by_code_and_field(text, code, field):
    with pytest.raises(PlanError) as refused:
        document.parse(text)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_a_good_document_is_read_from_bytes_and_text():
    assert document.parse(TEXT) == document.parse(TEXT.encode())
