"""A certificate recomputes anywhere, and nothing tampered with does."""

from __future__ import annotations

import pytest
import rfc8785

from repact.errors import RepactError
from repact.plans import certificate, document, result, schedule, search
from repact.plans.errors import PlanError
from tests.unit.plans.documents import plan
from tests.unit.plans.forgeries import forgeries


@pytest.fixture
def made():
    read = document.validate(document.Document, plan())
    built = schedule.build(read.position, read.terms)
    return certificate.certify(read.position, read.terms, built)


def test_a_certificate_recomputes(made):
    assert certificate.verify(made).totals.payment_minor == made["sums"]["payment_minor"]


def test_the_result_carries_it(made):
    assert result.as_json(document.validate(document.Document, plan()))["certificate"] == made


def test_what_is_hashed_is_canonical_json_to_the_byte():
    read = document.validate(document.Document, plan())
    parts = (read.position, read.terms, schedule.build(read.position, read.terms))
    assert certificate.canonical(*parts) == rfc8785.dumps(certificate.hashed_part(*parts))


def test_a_single_row_has_no_residual():
    data = plan(shape=[{"kind": "lump_sum", "amount_minor": 700_000}])
    assert (
        result.as_json(document.validate(document.Document, data))["certificate"]["residual_minor"]
        == 0
    )


@pytest.mark.parametrize("amounts", [[300_000, 500_000, 432_040], [700_000, 538_480]])
def test_the_residual_is_the_last_payment_less_the_one_before(amounts):
    position = {"interest_minor": 0, "penalty_minor": 0}
    data = plan(**position, shape=[{"kind": "custom", "amounts_minor": amounts}])
    read = document.validate(document.Document, data)
    amounts[-1] = search.closing_amount(read.position, read.terms)
    made = result.as_json(document.validate(document.Document, data))["certificate"]
    assert made["residual_minor"] == amounts[-1] - amounts[-2]


def test_ten_thousand_forgeries_and_none_is_accepted():
    for text in forgeries(10_000, seed=20261124):
        with pytest.raises(RepactError):
            certificate.verify(document.read_json(text))


class TestAResultWithItsCertificate:
    """What `repact schedule` prints is verified whole."""

    @pytest.fixture
    def printed(self):
        return result.as_json(document.validate(document.Document, plan()))

    def test_verifies(self, printed):
        assert len(certificate.verify_result(printed).rows) == 24
        assert len(certificate.verify_result(printed["certificate"]).rows) == 24

    @pytest.mark.parametrize(
        ("part", "key"), [("totals", "payment_minor"), ("disclosure", "versus_today_minor")]
    )
    def test_is_refused_when_a_figure_beside_it_was_changed(self, printed, part, key):
        printed[part][key] += 1
        with pytest.raises(PlanError, match="plan.certificate_differs"):
            certificate.verify_result(printed)

    def test_is_refused_when_a_row_is_missing_or_has_another_type(self, printed):
        printed["rows"][3]["number"] = 4.0
        with pytest.raises(PlanError, match="plan.certificate_differs"):
            certificate.verify_result(printed)
        with pytest.raises(PlanError, match="plan.certificate_differs"):
            certificate.verify_result({"certificate": printed["certificate"], "rows": []})

    @pytest.mark.parametrize("odd", [[], "x", 1, None, {"certificate": 3}])
    def test_is_refused_when_it_is_none(self, odd):
        with pytest.raises(PlanError):
            certificate.verify_result(odd)
