"""Cure, probation and observation: where a forborne debt stands on a day."""

from __future__ import annotations

from datetime import date

import pytest

from repact.law import catalogue
from repact.law.forbearance import Happened, forborne, grade_floor, observation

EU, CN = catalogue.load("eu"), catalogue.load("cn")
GRANTED = date(2022, 1, 31)


def stands(on, *happened, non_performing=True):
    made = forborne(
        granted_on=GRANTED, non_performing=non_performing, happened=happened, on=on, law=EU
    )
    return made.status, made.since, made.until


class TestANonPerformingExposure:
    def test_is_cured_after_one_year_and_ends_after_three(self):
        cured = date(2023, 1, 31)
        assert stands(date(2023, 1, 30)) == ("cure", GRANTED, cured)
        assert stands(cured) == ("probation", cured, date(2025, 1, 31))
        assert stands(date(2025, 1, 30)) == ("probation", cured, date(2025, 1, 31))
        assert stands(date(2025, 1, 31)) == ("ended", date(2025, 1, 31), None)

    def test_starts_its_year_anew_with_a_new_measure(self):
        again = Happened(date(2022, 6, 30), "measure")
        assert stands(date(2023, 3, 1), again) == ("cure", again.on, date(2023, 6, 30))

    def test_is_not_cured_while_in_arrears(self):
        late = Happened(date(2022, 12, 1), "past_due", 20)
        cleared = Happened(date(2023, 5, 1), "past_due", 0)
        assert stands(date(2023, 4, 1), late) == ("cure", GRANTED, None)
        assert stands(date(2023, 6, 1), late, cleared) == (
            "probation",
            cleared.on,
            date(2025, 5, 1),
        )

    def test_is_non_performing_again_after_more_than_30_days_in_probation(self):
        late = Happened(date(2023, 8, 1), "past_due", 31)
        cleared = Happened(date(2023, 9, 1), "past_due", 0)
        assert stands(date(2023, 8, 31), late) == ("cure", late.on, None)
        assert stands(date(2023, 9, 2), late, cleared) == ("cure", late.on, date(2024, 8, 1))

    def test_stays_in_probation_with_30_days_and_a_later_end(self):
        late = Happened(date(2025, 1, 1), "past_due", 30)
        cleared = Happened(date(2025, 3, 1), "past_due", 0)
        assert stands(date(2025, 2, 1), late)[0] == "probation"
        assert stands(date(2025, 3, 1), late, cleared) == ("ended", date(2025, 3, 1), None)

    def test_is_non_performing_again_with_a_new_measure_in_probation(self):
        again = Happened(date(2024, 1, 15), "measure")
        assert stands(date(2024, 2, 1), again) == ("cure", again.on, date(2025, 1, 15))


class TestAnExposureThatAlwaysPerformed:
    def test_is_two_years_in_probation_from_the_grant(self):
        assert stands(date(2022, 2, 1), non_performing=False) == (
            "probation",
            GRANTED,
            date(2024, 1, 31),
        )
        assert stands(date(2024, 1, 31), non_performing=False)[0] == "ended"

    def test_is_assessed_after_a_second_measure_with_nothing_automatic(self):
        made = forborne(
            granted_on=GRANTED,
            non_performing=False,
            happened=[Happened(date(2023, 1, 1), "measure")],
            on=date(2023, 6, 1),
            law=EU,
        )
        assert (made.status, made.assess, made.until) == ("probation", True, date(2025, 1, 1))

    def test_is_not_touched_by_31_days_past_due(self):
        late = Happened(date(2023, 1, 1), "past_due", 31)
        assert stands(date(2023, 6, 1), late, non_performing=False)[0] == "probation"


def test_what_happens_after_the_end_or_means_nothing_here_changes_nothing():
    missed = Happened(date(2022, 5, 1), "missed")
    after = Happened(date(2026, 1, 1), "measure")
    assert stands(date(2026, 2, 1), missed, after) == ("ended", date(2025, 1, 31), None)


MONTHLY = [date(2026 + (k // 12), k % 12 + 1, 15) for k in range(36)]


def observed(on, *happened, due=MONTHLY, before="pass"):
    return observation(due_dates=due, grade_before=before, happened=happened, on=on, law=CN)


class TestARestructuredAsset:
    def test_is_observed_from_its_first_payment_date_for_a_year(self):
        assert observed(date(2026, 1, 14)).status == "not_begun"
        made = observed(date(2026, 1, 15))
        assert (made.status, made.ends_on, made.floor) == (
            "observing",
            date(2027, 1, 15),
            "special_mention",
        )
        assert observed(date(2027, 1, 15)).status == "ended"

    def test_is_observed_for_two_periods_where_they_are_longer_than_a_year(self):
        yearly = [date(2026 + k, 1, 15) for k in range(4)]
        assert observed(date(2026, 2, 1), due=yearly).ends_on == date(2028, 1, 15)

    @pytest.mark.parametrize("kind", ["missed", "unsolved"])
    def test_is_observed_anew_from_the_day_of_a_miss(self, kind):
        made = observed(date(2027, 1, 20), Happened(date(2026, 7, 15), kind))
        assert (made.status, made.began_on, made.ends_on) == (
            "observing",
            date(2026, 7, 15),
            date(2027, 7, 15),
        )
        assert made.restarts == 1

    def test_takes_no_notice_of_what_came_after_observation_or_of_arrears_alone(self):
        late = Happened(date(2026, 6, 1), "past_due", 3)
        missed = Happened(date(2027, 2, 15), "missed")
        assert observed(date(2027, 3, 1), late, missed).status == "ended"

    def test_is_substandard_when_restructured_again_in_observation(self):
        made = observed(date(2026, 8, 1), Happened(date(2026, 7, 1), "measure"))
        assert (made.floor, made.ends_on) == ("substandard", date(2027, 7, 1))

    def test_keeps_a_worse_grade_until_observation_has_ended(self):
        assert observed(date(2026, 8, 1), before="doubtful").floor == "doubtful"
        assert observed(date(2027, 8, 1), before="doubtful").floor == "special_mention"


@pytest.mark.parametrize(
    ("days", "grade"),
    [
        (0, "pass"),
        (1, "special_mention"),
        (90, "special_mention"),
        (91, "substandard"),
        (270, "substandard"),
        (271, "doubtful"),
        (360, "doubtful"),
        (361, "loss"),
    ],
)
def test_days_past_due_bound_the_grade(days, grade):
    assert grade_floor(days, on=date(2026, 1, 1), law=CN) == grade
