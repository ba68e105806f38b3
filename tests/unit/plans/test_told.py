"""A row told in whole sentences, in both languages."""

from __future__ import annotations

import pytest

from repact.plans import document, wording
from repact.plans.trace import Trace
from tests.unit.plans.documents import plan

CLEAN = {"interest_minor": 0, "penalty_minor": 0}
LEVEL = {"kind": "level", "count": 3}


def told(number, language, **changes):
    made = document.validate(document.Document, plan(**changes))
    steps = Trace(made.position, made.terms).row(number)
    return [
        line.strip()
        for step in steps
        for line in wording.told(step, currency="CNY", language=language)
    ]


class TestAFirstRowBeforeABalloon:
    SHAPE = (LEVEL, {"kind": "balloon", "amount_minor": 600_000})

    @pytest.mark.parametrize(
        ("language", "lines"),
        [
            (
                "en",
                [
                    (
                        "payment 2,557.80 = principal 1,970.30 + interest 525.00 + penalty 62.50"
                        " + fees 0.00"
                    ),
                    "principal 1,970.30 = agreed payment 2,150.30 − interest 180.00",
                    (
                        "agreed payment 2,150.30: the equal payment that repays 12,000.00 in 3 rows"
                        " before a balloon of 6,000.00 (A = B·r/(1 − (1 + r)^−3), r = 3/200),"
                        " rounded"
                    ),
                    (
                        "interest 180.00 = balance 12,000.00 × 18% a year × 1/12 of a year"
                        " (2024-01-01 to before 2024-02-01), rounded"
                    ),
                    "interest 525.00 = interest 180.00 + interest 345.00",
                ],
            ),
            (
                "zh",
                [
                    "本期应还 2,557.80 = 本金 1,970.30 + 利息 525.00 + 罚息 62.50 + 费用 0.00",
                    "本金 1,970.30 = 约定还款 2,150.30 − 利息 180.00",
                    (
                        "约定还款 2,150.30：使本金 12,000.00 在 3 期等额还清（尾款 6,000.00 另计）"
                        "（A = B·r/(1 − (1 + r)^−3), r = 3/200），四舍五入"
                    ),
                    (
                        "利息 180.00 = 本金 12,000.00 × 年利率 18% × 1/12 年"
                        "（2024-01-01 至 2024-02-01，算头不算尾），四舍五入"
                    ),
                    "利息 525.00 = 利息 180.00 + 利息 345.00",
                ],
            ),
        ],
    )
    def test_has_the_balloon_the_formula_and_what_was_owed(self, language, lines):
        assert told(1, language, shape=self.SHAPE)[:5] == lines


class TestARowOfTwoRates:
    CHANGE = ({"kind": "rate", "from_date": "2024-02-11", "annual_rate_ppm": 90_000},)

    def test_has_the_days_at_each(self):
        lines = told(2, "en", **CLEAN, measures=self.CHANGE, shape=[LEVEL])
        assert lines[2:4] == [
            (
                "agreed payment 4,097.34: the equal payment that repays 12,000.00 in 3 rows"
                " (by the rate of each period), rounded"
            ),
            (
                "interest 81.52 = balance 8,082.66 × (10 days at 18%, 19 days at 9%) × 1/12 of a"
                " year (2024-02-01 to before 2024-03-01), rounded"
            ),
        ]

    def test_differs_from_one_of_none(self):
        lines = told(1, "en", **CLEAN, annual_rate_ppm=0, shape=[LEVEL])
        assert lines[2] == (
            "agreed payment 4,000.00: the equal payment that repays 12,000.00 in 3 rows"
            " (3 × payment), rounded"
        )
