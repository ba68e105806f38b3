"""A certificate recomputes anywhere, and nothing tampered with does."""

from __future__ import annotations

import copy
import random

import pytest

from repact.errors import RepactError
from repact.plans import certificate, document, result, schedule
from tests.unit.plans.documents import plan


@pytest.fixture
def made():
    read = document.validate(document.Document, plan())
    built = schedule.build(read.position, read.terms)
    return certificate.certify(read.position, read.terms, built)


def test_a_certificate_recomputes(made):
    assert certificate.verify(made).totals.payment_minor == made["sums"]["payment_minor"]


def test_the_result_carries_it(made):
    assert result.as_json(document.validate(document.Document, plan()))["certificate"] == made


def test_a_single_row_has_no_residual():
    data = plan(shape=[{"kind": "lump_sum", "amount_minor": 700_000}])
    assert (
        result.as_json(document.validate(document.Document, data))["certificate"]["residual_minor"]
        == 0
    )


def test_no_tampered_certificate_is_accepted(made):
    rng = random.Random(7)
    for _ in range(500):
        forged = copy.deepcopy(made)
        _tamper(forged, rng)
        with pytest.raises(RepactError):
            certificate.verify(forged)


def _tamper(value, rng):
    """Change one number or text, somewhere."""
    while True:
        key = rng.choice(sorted(value)) if isinstance(value, dict) else rng.randrange(len(value))
        if isinstance(value[key], dict | list) and value[key]:
            value = value[key]
            continue
        if isinstance(value[key], int):
            value[key] += rng.choice((-1, 1, 1000))
        elif isinstance(value[key], str):
            value[key] += "x"
        else:
            value[key] = 1
        return
