"""The laws of the algebra: each is broken once, and seen."""

from __future__ import annotations

import pytest

from repact.plans import document, laws, measures, schedule
from repact.plans.errors import InvariantError
from repact.plans.periods import period_rates
from tests.unit.plans.documents import plan


def parts(**changes):
    made = document.validate(document.Document, plan(fees_minor=700, **changes))
    return made.position, made.terms, schedule.build(made.position, made.terms)


def with_row(built, index, *, totals=True, **changes):
    """The schedule with changed figures in a row, its payment and the totals made to agree."""
    rows, before = list(built.rows), built.rows[index]
    moved = {name: value - getattr(before, name) for name, value in changes.items()}
    shift = sum(moved.get(f"{c}_minor", 0) for c in ("principal", "interest", "penalty", "fees"))
    after = before._replace(**changes)
    if totals:
        after = after._replace(payment_minor=before.payment_minor + shift)
    rows[index] = after
    sums = {
        name: getattr(built.totals, name) + by
        for name, by in moved.items()
        if name in built.totals._fields
    }
    if totals:
        sums["payment_minor"] = built.totals.payment_minor + shift
    return built._replace(rows=tuple(rows), totals=built.totals._replace(**sums))


def moved(built, amount):
    """The schedule with some principal of the last row paid with the first."""
    rows = [row._replace(balance_minor=row.balance_minor - amount) for row in built.rows[:-1]]
    first, last = rows[0], built.rows[-1]
    rows[0] = first._replace(
        principal_minor=first.principal_minor + amount, payment_minor=first.payment_minor + amount
    )
    last = last._replace(
        principal_minor=last.principal_minor - amount, payment_minor=last.payment_minor - amount
    )
    return built._replace(rows=(*rows, last))


def law_broken(position, terms, built):
    with pytest.raises(InvariantError) as caught:
        schedule.check(position, terms, built)
    return caught.value.params["law"]


def test_what_the_engine_makes_keeps_them_all():
    schedule.check(*parts())


@pytest.mark.parametrize(
    ("law", "changes"),
    [
        ("rows_are_numbered", {"number": 9}),
        ("nothing_is_negative", {"interest_minor": -1}),
        ("principal_is_repaid_once", {"principal_minor": 1}),
        ("penalty_is_conserved", {"penalty_minor": 1}),
        ("fees_are_conserved", {"fees_minor": 1}),
        ("payment_is_its_parts", {"payment_minor": 1, "totals": False}),
    ],
)
def test_a_row_that_breaks_one_is_seen(law, changes):
    position, terms, built = parts()
    assert law_broken(position, terms, with_row(built, 4, **changes)) == law


@pytest.mark.parametrize(
    ("name", "law"),
    [("penalty_minor", "penalty_is_conserved"), ("fees_minor", "fees_are_conserved")],
)
@pytest.mark.parametrize("by", [-1, 1])
def test_a_component_is_neither_short_nor_over(name, law, by):
    position, terms, built = parts()
    changed = with_row(built, 0, **{name: getattr(built.rows[0], name) + by})
    assert law_broken(position, terms, changed) == law


def test_interest_that_was_owed_is_not_forgotten():
    position, terms, built = parts(annual_rate_ppm=0)
    changed = with_row(built, 0, interest_minor=built.rows[0].interest_minor - 1)
    assert law_broken(position, terms, changed) == "interest_is_conserved"


@pytest.mark.parametrize("name", ["payment_minor", "interest_minor", "carried_minor"])
def test_a_total_is_the_sum_of_its_column(name):
    position, terms, built = parts()
    totals = built.totals._replace(**{name: getattr(built.totals, name) + 1})
    assert law_broken(position, terms, built._replace(totals=totals)) == "totals_are_sums"


def test_the_balance_ends_at_nothing():
    position, terms, built = parts()
    changed = with_row(built, -1, balance_minor=1)
    assert law_broken(position, terms, changed) == "balance_ends_at_zero"


@pytest.mark.parametrize("name", ["waived_minor", "capitalized_minor"])
@pytest.mark.parametrize("by", [-1, 1])
def test_what_measures_moved_is_stated(name, by):
    waive = {"kind": "waive", "component": "penalty", "amount_minor": 100}
    position, terms, built = parts(
        measures=[waive, {"kind": "capitalize", "component": "interest"}]
    )
    totals = built.totals._replace(**{name: getattr(built.totals, name) + by})
    assert law_broken(position, terms, built._replace(totals=totals)) == "measures_are_stated"


@pytest.mark.parametrize("by", [-1, 1])
def test_a_settlement_pays_or_waives_all(by):
    position, terms, built = parts(shape=[{"kind": "lump_sum", "amount_minor": 700_000}])
    totals = built.totals._replace(waived_minor=built.totals.waived_minor + by)
    assert law_broken(position, terms, built._replace(totals=totals)) == "nothing_is_lost"


@pytest.mark.parametrize("by", [-1, 1])
def test_no_measure_loses_or_invents_a_unit(by):
    position, terms, built = parts()
    standing = measures.apply(position, terms)
    standing.waived_now += by
    dates = [row.due_date for row in built.rows]
    columns = laws.Columns(*zip(*built.rows, strict=True))
    totals = built.totals._replace(waived_minor=built.totals.waived_minor + by)
    with pytest.raises(InvariantError) as caught:
        laws.check_conservation(
            position, terms, columns, totals, standing=standing, rates=period_rates(terms, dates)
        )
    assert caught.value.params["law"] == "nothing_is_lost"


@pytest.mark.parametrize(
    ("rate", "count", "least"), [(180_000, 24, 29), (0, 24, 26), (180_000, 2, 4)]
)
def test_the_last_of_equal_payments_differs_by_rounding_only(rate, count, least):
    """A unit moved from the last row to the first is rounding; many units are a mistake."""
    position, terms, built = parts(
        annual_rate_ppm=rate,
        interest_minor=0,
        penalty_minor=0,
        shape=[{"kind": "level", "count": count}],
    )

    schedule.check(position, terms, moved(built, 1))
    assert law_broken(position, terms, moved(built, 3 * least)) == "residual_is_rounding"


def test_without_interest_that_is_a_unit_a_row_and_one():
    """Twelve units moved from the last of 24 rows to the first leave 24 between the two."""
    position, terms, built = parts(annual_rate_ppm=0, interest_minor=0, penalty_minor=0)
    schedule.check(position, terms, moved(built, 12))
    assert law_broken(position, terms, moved(built, 13)) == "residual_is_rounding"


@pytest.mark.parametrize(
    "changes",
    [
        {"shape": [{"kind": "level", "count": 1}]},
        {"day_count": "ACT/365F"},
        {
            "shape": [
                {"kind": "fixed", "count": 2, "amount_minor": 90_000},
                {"kind": "level", "count": 9},
            ]
        },
        {
            "shape": [
                {"kind": "holiday", "count": 2, "interest": "accrue"},
                {"kind": "level", "count": 9},
            ]
        },
    ],
)
def test_they_hold_whatever_comes_before_the_equal_payments(changes):
    schedule.check(*parts(**changes))


def test_interest_that_was_carried_is_not_forgotten():
    carry = [{"kind": "carry", "component": "interest", "to": "last"}]
    position, terms, built = parts(annual_rate_ppm=0, measures=carry)
    changed = with_row(built, -1, interest_minor=built.rows[-1].interest_minor - 1)
    assert law_broken(position, terms, changed) == "interest_is_conserved"


def test_the_last_of_equal_payments_is_looked_at_after_rows_of_another_rate():
    position, terms, built = parts(
        interest_minor=0,
        penalty_minor=0,
        measures=[{"kind": "rate", "from_date": "2024-04-01", "annual_rate_ppm": 90_000}],
        shape=[
            {"kind": "fixed", "count": 3, "amount_minor": 90_000},
            {"kind": "level", "count": 9},
        ],
    )
    schedule.check(position, terms, built)
    assert law_broken(position, terms, moved(built, 99)) == "residual_is_rounding"


def test_with_interest_it_is_what_rounding_compounds_to_and_one():
    """At 1.5% over two rows: 3.015 units. The last is one less, a unit moved makes it three."""
    position, terms, built = parts(
        principal_minor=1_200_002,
        interest_minor=0,
        penalty_minor=0,
        shape=[{"kind": "level", "count": 2}],
    )
    schedule.check(position, terms, moved(built, 1))
    assert law_broken(position, terms, moved(built, 2)) == "residual_is_rounding"


def test_the_residual_may_be_exactly_what_it_may_be():
    """1,200,001 over 24 rows: the last is one more; twelve units moved to it make it 25."""
    position, terms, built = parts(
        principal_minor=1_200_001, annual_rate_ppm=0, interest_minor=0, penalty_minor=0
    )
    schedule.check(position, terms, moved(built, -12))
    assert law_broken(position, terms, moved(built, -13)) == "residual_is_rounding"
