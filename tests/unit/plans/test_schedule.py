"""What each measure and shape does, and what is refused."""

from __future__ import annotations

import pytest

from repact.plans import document, schedule
from repact.plans.errors import InvariantError, PlanError
from tests.unit.plans.documents import built, plan

LEVEL = [{"kind": "level", "count": 12}]


class TestMeasures:
    def test_what_no_measure_touches_is_due_with_the_first_row(self):
        first, second = built().rows[:2]
        assert first.interest_minor - second.interest_minor > 30_000
        assert (first.penalty_minor, second.penalty_minor) == (6_250, 0)

    def test_a_waiver_now_never_appears_in_a_row(self):
        waive = {"kind": "waive", "component": "penalty", "share_ppm": 1_000_000, "vests": "now"}
        made = built(measures=[waive])
        assert made.totals.penalty_minor == 0
        assert made.totals.waived_minor == 6_250

    def test_a_waiver_per_installment_is_earned_row_by_row(self):
        waive = {
            "kind": "waive",
            "component": "interest",
            "amount_minor": 34_500,
            "vests": "per_installment",
        }
        rows = built(measures=[waive]).rows
        assert sum(row.vesting_minor for row in rows) == 34_500
        assert rows[0].vesting_minor == 34_500 // 24

    def test_a_waiver_on_completion_is_earned_by_the_last_row(self):
        waive = {
            "kind": "waive",
            "component": "principal",
            "share_ppm": 100_000,
            "vests": "on_completion",
        }
        rows = built(measures=[waive]).rows
        assert [row.vesting_minor for row in rows] == [0] * 23 + [120_000]

    def test_capitalized_interest_bears_interest(self):
        made = built(measures=[{"kind": "capitalize", "component": "interest"}])
        assert made.totals.principal_minor == 1_234_500
        assert made.totals.capitalized_minor == 34_500

    def test_a_spread_gives_every_row_the_floor_and_the_last_the_rest(self):
        carry = {"kind": "carry", "component": "interest", "to": "spread", "count": 7}
        carried = [row.carried_minor for row in built(measures=[carry]).rows]
        assert carried == [4_928] * 6 + [4_932] + [0] * 17

    @pytest.mark.parametrize(("to", "index"), [("first", 0), ("last", -1)])
    def test_a_carry_falls_on_the_row_it_names(self, to, index):
        carry = {"kind": "carry", "component": "penalty", "to": to}
        assert built(measures=[carry]).rows[index].penalty_minor == 6_250

    def test_what_is_set_aside_bears_no_interest_and_comes_last(self):
        made = built(measures=[{"kind": "set_aside", "amount_minor": 300_000}])
        assert made.rows[-1].carried_minor == 300_000
        assert made.rows[0].balance_minor < 900_000

    def test_a_rate_change_holds_from_its_date(self):
        change = {"kind": "rate", "from_date": "2024-02-01", "annual_rate_ppm": 0}
        rows = built(measures=[change], interest_minor=0).rows
        assert [bool(row.interest_minor) for row in rows[:3]] == [True, False, False]

    def test_of_two_rate_changes_on_one_day_the_later_named_holds(self):
        first = {"kind": "rate", "from_date": "2024-01-01", "annual_rate_ppm": 500_000}
        second = {"kind": "rate", "from_date": "2024-01-01", "annual_rate_ppm": 0}
        assert built(measures=[first, second], interest_minor=0).totals.interest_minor == 0

    def test_a_freeze_stops_interest_on_its_days_only(self):
        freeze = {"kind": "freeze", "from_date": "2024-01-01", "to_date": "2024-02-01"}
        rows = built(measures=[freeze], interest_minor=0).rows
        assert rows[0].interest_minor == 0
        assert rows[1].interest_minor > 0


class TestShapes:
    def test_a_holiday_that_accrues_adds_to_the_balance(self):
        rest = {"kind": "holiday", "count": 3, "interest": "accrue"}
        made = built(shape=[rest, *LEVEL], interest_minor=0, penalty_minor=0)
        assert [row.payment_minor for row in made.rows[:3]] == [0, 0, 0]
        assert made.rows[2].balance_minor == 1_254_814

    def test_a_simple_holiday_keeps_its_interest_for_the_paying_rows(self):
        rest = {"kind": "holiday", "count": 3, "interest": "simple"}
        made = built(shape=[rest, *LEVEL], interest_minor=0, penalty_minor=0)
        assert made.rows[2].balance_minor == 1_200_000
        assert made.totals.carried_minor == 3 * 18_000

    def test_a_frozen_holiday_costs_nothing(self):
        rest = {"kind": "holiday", "count": 3, "interest": "freeze"}
        with_rest = built(shape=[rest, *LEVEL], interest_minor=0)
        assert (
            with_rest.totals.interest_minor
            == built(shape=LEVEL, interest_minor=0).totals.interest_minor
        )

    def test_interest_only_rows_leave_the_principal(self):
        shape = [{"kind": "interest_only", "count": 2}, *LEVEL]
        assert built(shape=shape).rows[1].balance_minor == 1_200_000

    def test_a_balloon_is_paid_with_the_last_row(self):
        shape = [{"kind": "level", "count": 24}, {"kind": "balloon", "amount_minor": 480_000}]
        rows = built(shape=shape).rows
        assert rows[-1].payment_minor > rows[-2].payment_minor + 470_000

    def test_a_lump_sum_pays_fees_penalty_interest_principal_and_waives_the_rest(self):
        made = built(shape=[{"kind": "lump_sum", "amount_minor": 700_000}])
        (row,) = made.rows
        assert (row.penalty_minor, row.interest_minor, row.principal_minor) == (
            6_250,
            34_500,
            659_250,
        )
        assert made.totals.waived_minor == row.vesting_minor == 540_750

    def test_growing_payments_grow(self):
        shape = [{"kind": "growing", "count": 6, "growth_ppm": 100_000}]
        payments = [row.payment_minor for row in built(shape=shape).rows[1:]]
        assert payments == sorted(payments)

    def test_a_payment_on_a_day_off_moves_and_its_interest_does_not(self):
        calendar = {"rule": "following", "calendar": "test", "days_off": ["2024-02-01"]}
        moved, plain = built(business_day=calendar), built()
        assert moved.rows[0].due_date.isoformat() == "2024-02-02"
        assert [r[2:] for r in moved.rows] == [r[2:] for r in plain.rows]

    def test_a_weekday_worked_by_decree_is_a_business_day(self):
        calendar = {"rule": "following", "calendar": "test", "days_worked": ["2024-06-01"]}
        assert built(business_day=calendar).rows[4].due_date.isoformat() == "2024-06-01"


class TestRefusals:
    @pytest.mark.parametrize(
        ("changes", "code", "field"),
        [
            ({"principal_minor": 0}, "plan.out_of_range", "position.principal_minor"),
            ({"principal_minor": -5}, "plan.out_of_range", "position.principal_minor"),
            ({"principal_minor": 10**11 + 1}, "plan.out_of_range", "position.principal_minor"),
            ({"principal_minor": 1.0}, "plan.wrong_type", "position.principal_minor"),
            ({"principal_minor": True}, "plan.wrong_type", "position.principal_minor"),
            ({"principal_minor": "1200000"}, "plan.wrong_type", "position.principal_minor"),
            ({"currency": "cny"}, "plan.not_one_of", "position.currency"),
            ({"as_of": "２０２４-01-01"}, "plan.wrong_type", "position.as_of"),
            (
                {"as_of": "2023-12-31"},
                "plan.position_not_on_effective_date",
                "terms.effective_date",
            ),
            (
                {"first_due_date": "2024-01-01"},
                "plan.first_due_date_too_early",
                "terms.first_due_date",
            ),
            (
                {"first_due_date": "2024-02-02"},
                "plan.first_due_date_off_anchor",
                "terms.first_due_date",
            ),
            (
                {"shape": [{"kind": "level", "count": 0}]},
                "plan.out_of_range",
                "terms.shape[0].count",
            ),
            (
                {"shape": [{"kind": "level", "count": 601}]},
                "plan.out_of_range",
                "terms.shape[0].count",
            ),
            ({"shape": [*LEVEL, *LEVEL]}, "plan.does_not_close_once", "terms.shape[0]"),
            (
                {"shape": [{"kind": "interest_only", "count": 2}]},
                "plan.does_not_close_once",
                "terms.shape[0]",
            ),
            (
                {"shape": [{"kind": "balloon", "share_ppm": 1}]},
                "plan.balloon_misplaced",
                "terms.shape[0]",
            ),
            (
                {
                    "shape": [
                        {"kind": "interest_only", "count": 1},
                        {"kind": "lump_sum", "amount_minor": 5},
                    ]
                },
                "plan.lump_sum_stands_alone",
                "terms.shape[1]",
            ),
            (
                {
                    "shape": [
                        {"kind": "holiday", "count": 400, "interest": "freeze"},
                        {"kind": "level", "count": 400},
                    ]
                },
                "plan.too_many_rows",
                "terms.shape",
            ),
            (
                {"shape": [{"kind": "fixed", "count": 3, "amount_minor": 100}, *LEVEL]},
                "plan.negative_amortization",
                "rows[1]",
            ),
            (
                {"shape": [{"kind": "fixed", "count": 2, "amount_minor": 1_100_000}, *LEVEL]},
                "plan.principal_above_balance",
                "rows[2]",
            ),
            (
                {"shape": [{"kind": "lump_sum", "amount_minor": 1_300_000}]},
                "plan.more_than_owed",
                "terms.shape[0]",
            ),
            (
                {"shape": [*LEVEL, {"kind": "balloon", "amount_minor": 3_000_000}]},
                "plan.balloon_too_large",
                "terms.shape",
            ),
            (
                {"shape": [{"kind": "custom", "amounts_minor": [600_000, 600_000]}]},
                "plan.custom_last_amount",
                "terms.shape[0].amounts_minor[1]",
            ),
            (
                {"measures": [{"kind": "waive", "component": "penalty", "amount_minor": 6_251}]},
                "plan.more_than_owed",
                "terms.measures[0].amount_minor",
            ),
            (
                {"measures": [{"kind": "rate", "from_date": "2023-12-31", "annual_rate_ppm": 0}]},
                "plan.measure_before_start",
                "terms.measures[0].from_date",
            ),
            (
                {
                    "measures": [
                        {"kind": "freeze", "from_date": "2024-02-01", "to_date": "2024-02-01"}
                    ]
                },
                "plan.dates_out_of_order",
                "terms.measures[0]",
            ),
            (
                {"measures": [{"kind": "carry", "component": "fees", "to": "last", "count": 2}]},
                "plan.count_without_spread",
                "terms.measures[0]",
            ),
            (
                {"frequency": {"every": 1, "unit": "week", "anchor_day": 1}},
                "plan.anchor_day_is_for_months",
                "terms.frequency",
            ),
            ({"rounding": "up"}, "plan.not_one_of", "terms.rounding"),
        ],
    )
    def test_a_bad_plan_is_refused_by_code_and_field(self, changes, code, field):
        with pytest.raises(PlanError) as refused:
            built(**changes)
        assert (refused.value.code, refused.value.field) == (code, field)

    def test_a_wrong_last_amount_is_answered_with_the_right_one(self):
        shape = [{"kind": "custom", "amounts_minor": [600_000, 1]}]
        with pytest.raises(PlanError) as refused:
            built(shape=shape)
        right = refused.value.params["right_minor"]
        shape[0]["amounts_minor"][1] = right
        assert built(shape=shape).rows[-1].payment_minor == right

    def test_a_schedule_that_breaks_a_law_is_not_accepted(self):
        made = document.validate(document.Document, plan())
        right = schedule.build(made.position, made.terms)
        first = right.rows[0]._replace(payment_minor=right.rows[0].payment_minor + 1)
        wrong = right._replace(rows=(first, *right.rows[1:]))
        with pytest.raises(InvariantError) as broken:
            schedule.check(made.position, made.terms, wrong)
        assert broken.value.code == "plan.invariant_broken"
