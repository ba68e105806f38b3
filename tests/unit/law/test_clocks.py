"""Deadlines set by law: counted from a date, by the rule of that date."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from repact.dates.business_days import Calendar
from repact.law import catalogue, clocks

CN, UK, AU = (catalogue.load(place) for place in ("cn", "uk", "au"))
DAY = date(2026, 3, 2)


def after(days):
    return DAY + timedelta(days=days)


class TestAComplaint:
    @pytest.mark.parametrize(("kind", "days"), [("simple", 15), ("complex", 30), ("special", 60)])
    def test_is_answered_in_the_days_of_its_kind(self, kind, days):
        made = clocks.complaint(received_on=DAY, kind=kind, law=CN)
        assert (made.last_day, made.unconfirmed) == (after(days), True)
        assert not made.is_missed(after(days))
        assert made.is_missed(after(days + 1))

    def test_has_no_clock_before_its_rule(self):
        with pytest.raises(catalogue.LawError, match=r"law\.rule_not_in_force"):
            clocks.complaint(received_on=date(2019, 1, 1), kind="simple", law=CN)


def test_a_credit_dispute_is_answered_in_twenty_days():
    made = clocks.credit_dispute(received_on=DAY, law=CN)
    assert (made.rule_id, made.last_day, made.unconfirmed) == ("CN-CR-25", after(20), False)


def test_a_hardship_request_in_china_has_seven_working_days_by_our_own_target():
    calendar = Calendar("test", days_off=frozenset({date(2026, 3, 5)}))
    made = clocks.hardship_answer_cn(requested_on=DAY, calendar=calendar, law=CN)
    assert (made.last_day, made.unconfirmed) == (date(2026, 3, 12), True)


class TestAHardshipNoticeInAustralia:
    def notice(self, **facts):
        return clocks.hardship_notice_au(received_on=DAY, law=AU, **facts)

    def test_is_decided_in_21_days_counted_from_the_day_after(self):
        made = self.notice()
        assert (made.ask_by, made.give_by, made.answer.last_day) == (after(21), None, after(21))

    def test_waits_21_days_for_information_and_is_decided_28_after_asking_without_it(self):
        made = self.notice(asked_on=after(10))
        assert (made.give_by, made.answer.last_day) == (after(31), after(38))
        assert made.answer.rule_id == "AU-NCC-72-END"

    def test_is_decided_21_days_after_the_information(self):
        made = self.notice(asked_on=after(10), given_on=after(31))
        assert made.answer.last_day == after(52)

    def test_is_not_moved_by_information_that_came_too_late(self):
        made = self.notice(asked_on=after(10), given_on=after(32))
        assert made.answer.last_day == after(38)

    def test_cannot_be_paused_after_21_days(self):
        with pytest.raises(catalogue.LawError, match=r"law\.asked_too_late"):
            self.notice(asked_on=after(22))

    @pytest.mark.parametrize("asked", [None, after(10)])
    def test_has_no_answer_before_its_question(self, asked):
        with pytest.raises(catalogue.LawError, match=r"law\.given_before_asked"):
            self.notice(asked_on=asked, given_on=after(9))

    def test_is_followed_by_no_enforcement_for_14_days_when_refused(self):
        held = clocks.enforcement_after_refusal_au(refused_on=DAY, law=AU)
        assert held.last_day == after(14)


class TestNoticesInTheUnitedKingdom:
    def test_of_arrears_come_after_14_days_and_every_six_months(self):
        made = clocks.arrears_notices_uk(
            second_missed_on=date(2026, 3, 17), until=date(2027, 4, 1), law=UK
        )
        days = [notice.last_day for notice in made]
        assert days == [date(2026, 3, 31), date(2026, 9, 30), date(2027, 3, 31)]

    def test_of_default_leave_14_days(self):
        assert clocks.default_notice_uk(served_on=DAY, law=UK).last_day == after(14)


class TestTheAdvisersHold:
    def test_is_30_days_and_once_30_more(self):
        held = clocks.adviser_hold(started_on=DAY, law=UK)
        extended = clocks.adviser_hold(started_on=DAY, law=UK, extended=True)
        assert (held.last_day, extended.last_day) == (after(30), after(60))


class TestABreathingSpace:
    def test_is_60_days_with_a_review_between_25_and_35(self):
        made = clocks.breathing_space(starts_on=DAY, law=UK)
        assert (made.ends_on, made.review_from, made.review_to) == (after(60), after(25), after(35))
        assert made.is_running(DAY)
        assert made.is_running(after(59))
        assert not made.is_running(after(60))
        assert not made.is_running(after(-1))

    def test_comes_once_in_12_months(self):
        assert clocks.breathing_space(starts_on=DAY, law=UK, last_ended_on=date(2025, 3, 2))
        with pytest.raises(catalogue.LawError, match=r"law\.breathing_space_too_soon"):
            clocks.breathing_space(starts_on=DAY, law=UK, last_ended_on=date(2025, 3, 3))

    def test_for_mental_health_ends_30_days_after_the_treatment(self):
        ends = clocks.mental_health_space_ends
        assert ends(started_on=DAY, treatment_ended_on=None, law=UK) is None
        assert ends(started_on=DAY, treatment_ended_on=after(40), law=UK) == after(70)


class TestLimitation:
    def limit(self, *promised, known=date(2018, 2, 28), harmed=date(2018, 2, 28)):
        return clocks.limitation(known_on=known, harmed_on=harmed, promised_on=promised, law=CN)

    def test_is_three_years_from_when_the_harm_was_known(self):
        made = self.limit()
        assert (made.barred_on, made.is_revived) == (date(2021, 2, 28), False)
        assert made.is_barred(date(2021, 2, 28))
        assert not made.is_barred(date(2021, 2, 27))

    def test_starts_anew_with_a_promise(self):
        assert self.limit(date(2020, 6, 1)).barred_on == date(2023, 6, 1)

    def test_is_given_up_by_a_promise_after_its_end(self):
        made = self.limit(date(2021, 2, 28))
        assert (made.barred_on, made.is_revived) == (date(2024, 2, 28), True)

    def test_ends_twenty_years_after_the_harm_at_most(self):
        made = self.limit(known=date(2021, 1, 1), harmed=date(2002, 3, 1))
        assert made.barred_on == date(2022, 3, 1)

    def test_is_not_carried_past_twenty_years_by_a_promise(self):
        made = self.limit(date(2022, 2, 1), known=date(2021, 1, 1), harmed=date(2002, 3, 1))
        assert (made.barred_on, made.is_revived) == (date(2022, 3, 1), False)


def test_a_guarantee_ends_six_months_after_maturity_unless_agreed():
    ends = clocks.guarantee_ends
    assert ends(matures_on=date(2026, 8, 31), law=CN) == date(2027, 2, 28)
    assert ends(matures_on=DAY, law=CN, agreed_on=after(9)) == after(9)


def test_a_bad_record_is_deleted_five_years_after_it_ended_and_not_before():
    deleted = clocks.credit_record_deleted_on
    assert deleted(ended_on=date(2024, 2, 29), law=CN) == date(2029, 2, 28)
    assert deleted(ended_on=None, law=CN) is None
