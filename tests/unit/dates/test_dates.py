"""Day counts by the published examples, due dates at month ends, business days."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from repact.dates import day_count
from repact.dates.business_days import Calendar
from repact.dates.frequency import Recurrence

ISDA = [
    ("2003-11-01", "2004-05-01", "0.497724380567"),
    ("1999-02-01", "1999-07-01", "0.410958904110"),
    ("1999-07-01", "2000-07-01", "1.001377348600"),
    ("2002-08-15", "2003-07-15", "0.915068493151"),
    ("2003-07-15", "2004-01-15", "0.504004790778"),
    ("1999-07-30", "2000-01-30", "0.503892506924"),
    ("2000-01-30", "2000-06-30", "0.415300546448"),
]
BOND = [
    ("2006-08-31", "2007-02-28", 178),
    ("2007-02-28", "2007-08-31", 183),
    ("2008-02-29", "2008-08-31", 182),
    ("2006-01-31", "2006-02-28", 28),
    ("2006-02-28", "2006-03-03", 5),
    ("2006-09-30", "2006-10-31", 30),
    ("2007-02-26", "2008-02-28", 362),
    ("2008-02-28", "2008-03-31", 33),
]


@pytest.mark.parametrize(("start", "end", "expected"), ISDA)
def test_actual_actual_is_isda_s(start, end, expected):
    part = Fraction(
        *day_count.year_fraction(date.fromisoformat(start), date.fromisoformat(end), "ACT/ACT")
    )
    assert abs(part - Fraction(expected)) < Fraction(1, 10**11)


@pytest.mark.parametrize(("start", "end", "days"), BOND)
def test_thirty_360_is_bond_basis(start, end, days):
    fraction = day_count.year_fraction(date.fromisoformat(start), date.fromisoformat(end), "30/360")
    assert fraction == (days, 360)


@pytest.mark.parametrize(
    ("convention", "year"), [("ACT/365F", 365), ("ACT/360", 360), ("ACT/364", 364)]
)
def test_actual_over_a_fixed_year(convention, year):
    assert day_count.year_fraction(date(2003, 11, 1), date(2004, 5, 1), convention) == (182, year)


@pytest.mark.parametrize("convention", ["30/360", "ACT/365F", "ACT/360", "ACT/364", "ACT/ACT"])
def test_fractions_of_one_convention_have_one_denominator(convention):
    start, ends = date(2023, 5, 6), (date(2023, 7, 1), date(2024, 2, 29), date(2031, 1, 1))
    assert len({day_count.year_fraction(start, end, convention)[1] for end in ends}) == 1


class TestRecurrence:
    def test_the_31st_is_clipped_to_the_month_s_end_and_comes_back(self):
        monthly = Recurrence(every=1, unit="month", anchor_day=31)
        assert [d.day for d in monthly.dates(date(2024, 1, 31), 4)] == [31, 29, 31, 30]

    def test_weeks_and_days_are_plain(self):
        assert Recurrence(every=2, unit="week").dates(date(2024, 1, 1), 2)[1] == date(2024, 1, 15)
        assert Recurrence(every=10, unit="day").next_after(date(2024, 1, 1)) == date(2024, 1, 11)

    def test_a_month_s_last_day_is_a_date_of_a_later_anchor(self):
        monthly = Recurrence(every=1, unit="month", anchor_day=31)
        assert monthly.is_a_date_of(date(2024, 2, 29))
        assert not monthly.is_a_date_of(date(2024, 2, 28))

    def test_runs_over_years_from_december(self):
        yearly = Recurrence(every=12, unit="month", anchor_day=31)
        assert [day.year for day in yearly.dates(date(2024, 12, 31), 3)] == [2024, 2025, 2026]
        two_years = Recurrence(every=24, unit="month", anchor_day=29)
        assert two_years.dates(date(2024, 2, 29), 2)[1] == date(2026, 2, 28)


class TestCalendar:
    def test_a_day_off_moves_to_the_next_business_day(self):
        calendar = Calendar("cn", days_off={date(2026, 10, 1), date(2026, 10, 2)})
        assert calendar.following(date(2026, 10, 1)) == date(2026, 10, 5)

    def test_a_weekend_day_worked_by_decree_counts(self):
        calendar = Calendar("cn", days_worked={date(2026, 2, 14)})
        assert calendar.following(date(2026, 2, 14)) == date(2026, 2, 14)
