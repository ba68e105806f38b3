"""Every number can be asked why, and the answer is worked out, not made up."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from repact.plans import document, formulas, wording
from repact.plans.errors import InvariantError, PlanError
from repact.plans.trace import Trace
from tests.unit.plans.documents import plan

VECTORS = json.loads((Path(__file__).resolve().parents[2] / "vectors" / "plans.json").read_text())
CONDITIONAL = [
    {"kind": "waive", "component": "interest", "share_ppm": 500_000, "vests": "per_installment"},
    {"kind": "waive", "component": "penalty", "amount_minor": 100, "vests": "on_completion"},
]


def trace(data=None, **changes):
    made = document.validate(document.Document, data or plan(**changes))
    return Trace(made.position, made.terms)


def walk(step):
    yield step
    for part in step.parts:
        yield from walk(part)


def figure(made, number, name):
    return next(one for step in made.row(number) for one in walk(step) if one.figure == name)


def lines(steps, language="en"):
    return [
        line for step in steps for line in wording.told(step, currency="CNY", language=language)
    ]


@pytest.mark.parametrize("vector", VECTORS, ids=range(len(VECTORS)))
def test_every_figure_of_every_row_is_what_its_formula_yields(vector):
    made = trace(vector["input"])
    for row in made.schedule.rows:
        told = {step.figure: step.result for step in made.row(row.number)}
        parts = {part.figure: part.result for part in made.row(row.number)[0].parts}
        assert told["payment"] == row.payment_minor
        assert told["balance"] == row.balance_minor
        assert told["carried"] == row.carried_minor
        assert parts["interest"] == row.interest_minor
        assert parts["principal"] == row.principal_minor
    for step in made.whole():
        assert formulas.evaluate(step) == step.result


class TestARow:
    def test_that_earns_a_waiver_says_so(self):
        made = trace(measures=CONDITIONAL)
        assert figure(made, 1, "vesting").result == 17_250 // 24
        assert "earned by paying this row on time" in "\n".join(lines(made.row(24)))

    def test_of_a_settlement_says_in_which_order_it_pays(self):
        made = trace(shape=[{"kind": "lump_sum", "amount_minor": 40_000}])
        words = "\n".join(lines(made.row(1)))
        assert "used for fees, penalty, interest, principal in that order" in words
        assert "the rest, waived when this is paid" in words
        assert figure(made, 1, "principal").result == 0
        whole = trace(shape=[{"kind": "lump_sum", "amount_minor": 1_240_750}])
        assert "waived when this is paid" not in "\n".join(lines(whole.row(1)))

    def test_names_the_days_at_each_rate(self):
        made = trace(
            measures=[{"kind": "freeze", "from_date": "2024-01-11", "to_date": "2024-01-21"}]
        )
        assert "(10 days at 18%, 10 days at 0%, 11 days at 18%)" in "\n".join(lines(made.row(1)))

    def test_says_which_annuity_it_is(self):
        assert "A = B·r/(1 − (1 + r)^−24), r = 3/200" in "\n".join(lines(trace().row(2)))
        assert "24 × payment" in "\n".join(lines(trace(annual_rate_ppm=0).row(2)))
        uneven = trace(day_count="ACT/365F")
        assert "by the rate of each period" in "\n".join(lines(uneven.row(2)))

    def test_indents_what_a_figure_rests_on(self):
        told = lines(trace().row(2))
        assert told[0].startswith("payment ")
        assert told[1].startswith("  principal ")
        assert told[2].startswith("    agreed payment ")

    def test_that_does_not_exist_is_refused(self):
        for number in (0, 25):
            with pytest.raises(PlanError, match="plan.no_such_row"):
                trace().row(number)

    def test_whose_explanation_would_lie_is_never_given(self):
        made = trace()
        rows = list(made.schedule.rows)
        rows[4] = rows[4]._replace(interest_minor=rows[4].interest_minor + 1)
        made.schedule = made.schedule._replace(rows=tuple(rows))
        with pytest.raises(InvariantError):
            made.row(5)


class TestTheWords:
    def test_are_there_for_every_formula_in_both_languages(self):
        assert set(wording.SENTENCES) == set(formulas.FORMULAS)
        for words in (*wording.SENTENCES.values(), *wording.FIGURES.values()):
            assert re.search("[一-鿿]|{", words.zh)
            assert words.en
            assert set(re.findall("{(.*?)}", words.zh)) >= set(re.findall("{(.*?)}", words.en)) - {
                "name"
            }

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_fill_every_placeholder(self, language):
        contract = {"annual_rate_ppm": 180_000, "day_count": "30/360", "remaining": []}
        shapes = [
            [{"kind": "holiday", "count": 2, "interest": kind}, {"kind": "level", "count": 3}]
            for kind in ("accrue", "simple", "freeze")
        ]
        shapes += [
            [{"kind": "growing", "count": 4, "growth_ppm": 20_000}],
            [
                {"kind": "fixed", "count": 1, "amount_minor": 90_000},
                {"kind": "level", "count": 3},
                {"kind": "balloon", "amount_minor": 100_000},
            ],
            [{"kind": "level", "count": 3}, {"kind": "balloon", "share_ppm": 100_000}],
            [{"kind": "lump_sum", "amount_minor": 40_000}],
        ]
        carry = [{"kind": "carry", "component": "interest", "to": "spread", "count": 2}]
        for shape in shapes:
            for measures in (CONDITIONAL, carry, [{"kind": "set_aside", "share_ppm": 10_000}]):
                made = trace(shape=shape, measures=measures, contract=contract)
                steps = [step for row in made.schedule.rows for step in made.row(row.number)]
                for line in lines([*steps, *made.whole()], language):
                    assert "{" not in line
                    assert "None" not in line

    def test_say_that_an_amount_was_chosen_or_is_interest_only(self):
        chosen = trace(
            shape=[
                {"kind": "interest_only", "count": 1},
                {"kind": "custom", "amounts_minor": [200_000, 1_033_270]},
            ]
        )
        words = "\n".join(lines([*chosen.row(1), *chosen.row(2)]))
        assert "this row pays its interest only" in words
        assert "the amount chosen" in words

    def test_have_a_dash_where_there_is_no_figure(self):
        made = trace(
            interest_minor=0,
            measures=[{"kind": "waive", "component": "penalty", "share_ppm": 1_000_000}],
            shape=[{"kind": "custom", "amounts_minor": [1_218_000]}],
            first_due_date="2024-02-01",
        )
        assert wording.sentence(
            formulas.Step(
                "annual_rate_nominal",
                "nominal_rate",
                {"amount": 1, "payments": [], "periods_per_year": 12},
                (),
                None,
            ),
            currency="CNY",
            language="en",
        ).startswith("nominal annual rate —")
        assert (
            wording.sentence(
                formulas.Step("modification", "difference", {"total": 1, "other": 1}, (), None),
                currency="JPY",
                language="zh",
            )
            == "现值变动 — = 1 − 1"
        )
        assert made.whole()
