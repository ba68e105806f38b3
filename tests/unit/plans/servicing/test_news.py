"""News from the past, and looking ahead: both by the replay that services the plan."""

from __future__ import annotations

from repact.plans.servicing import words
from repact.plans.servicing.compensation import compensate
from repact.plans.servicing.preview import consequences
from repact.plans.servicing.replay import payoff, replay
from tests.unit.plans.servicing.contents import agreement, day, happened, paid, plain

LATE = {"late_rate_ppm": 365_000, "grace_days": 2}


class TestNewsFromThePast:
    """What was booked stays; what makes up for it is posted today."""

    def test_of_a_payment_takes_back_what_being_late_cost(self):
        made = plain(conduct=LATE)
        news = happened(paid("02-01", 200_000, id="news"))[0]
        made_up = compensate(made, (), news, day("02-13"))
        assert made_up.cause == "payment_arrived"
        assert made_up.late_minor == -2_000
        assert made_up.open_minor == -202_000
        assert [(part.row, part.component, part.amount_minor) for part in made_up.parts] == [
            (1, "principal", 200_000)
        ]

    def test_of_a_payment_moves_what_a_later_one_had_paid(self):
        made = plain(conduct=LATE)
        known = happened(paid("02-13", 202_000))
        news = happened(paid("02-01", 200_000, id="news"))[0]
        made_up = compensate(made, known, news, day("02-14"))
        assert [(part.row, part.component, part.amount_minor) for part in made_up.parts] == [
            (1, "late", -2_000),
            (2, "principal", 200_000),
            (3, "principal", 2_000),
        ]
        assert (made_up.late_minor, made_up.credit_minor) == (-2_000, 0)
        assert made_up.open_minor == -202_000

    def test_of_a_charge_back_is_what_the_payment_did_reversed(self):
        made = plain(
            penalty_minor=600,
            conduct=LATE,
            measures=[
                {
                    "kind": "waive",
                    "component": "penalty",
                    "share_ppm": 1_000_000,
                    "vests": "per_installment",
                }
            ],
        )
        known = happened(paid("02-01", 200_000))
        news = happened({"kind": "reversal", "on": "02-13", "of": "e0", "id": "back"})[0]
        made_up = compensate(made, known, news, day("02-13"))
        assert made_up.cause == "payment_reversed"
        assert made_up.happened_on == day("02-01")
        assert made_up.amount_minor == 200_000
        assert made_up.vested_minor == -100
        assert made_up.late_minor == 2_000

    def test_of_anything_else_is_named_too(self):
        made = plain(conduct={"skips": 1})
        skip = {"kind": "skip", "on": "01-05", "row": 1, "id": "skip"}
        known = happened(skip)
        undo = happened({"kind": "reversal", "on": "01-06", "of": "skip", "id": "undo"})[0]
        assert compensate(made, known, undo, day("01-07")).cause == "event_undone"
        made_up = compensate(made, (), known[0], day("01-07"))
        assert made_up.cause == "event_arrived"
        assert made_up.changes_nothing
        assert made_up.amount_minor == 0


class TestLookingAhead:
    def by_kind(self, made, *events, on="01-05"):
        return {one.kind: one for one in consequences(made, happened(*events), day(on))}

    def test_three_days_late_costs_what_servicing_will_charge(self):
        made = plain(conduct=LATE)
        seen = self.by_kind(made)["three_days_late"]
        assert seen.on == day("02-04")
        assert seen.extra_minor == replay(made, (), seen.on).rows[0].due.late == 200
        assert seen.pay_minor == 200_200

    def test_one_and_two_missed_are_made_good_at_the_next_payments(self):
        made = plain(conduct=LATE)
        seen = self.by_kind(made)
        one, two = seen["one_missed"], seen["two_missed"]
        assert (one.on, two.on) == (day("03-01"), day("04-01"))
        assert one.days_past_due == 29
        assert one.pay_minor == 400_000 + one.extra_minor
        assert two.extra_minor == 200 * (60 - 2) + 200 * (31 - 2)

    def test_a_breach_is_shown_with_what_it_would_bring_back(self):
        made = plain(
            penalty_minor=600,
            conduct={"waivers_return": True, "cure_days": 30},
            measures=[
                {
                    "kind": "waive",
                    "component": "penalty",
                    "share_ppm": 1_000_000,
                    "vests": "on_completion",
                }
            ],
        )
        seen = self.by_kind(made)
        assert seen["one_missed"].returning_minor == 0
        assert seen["two_missed"].returning_minor == 600
        assert seen["two_missed"].breach_possible_from == day("03-03")

    def test_paying_off_early_saves_the_interest_to_come(self):
        made = agreement()
        seen = self.by_kind(made)["paid_off_early"]
        asked = payoff(made, (), day("02-01"))
        assert seen.pay_minor == asked.total_minor
        assert seen.extra_minor == -asked.saved_minor < 0

    def test_takes_for_granted_that_what_is_due_gets_paid(self):
        seen = self.by_kind(plain(conduct=LATE), on="02-20")
        assert seen["three_days_late"].on == day("03-04")
        assert seen["three_days_late"].pay_minor == 200_200

    def test_of_the_last_row_goes_on_at_the_plans_frequency(self):
        made = plain(conduct=LATE)
        seen = self.by_kind(made, paid("02-01", 1_000_000), on="06-01")
        assert seen["two_missed"].on == day("09-01")

    def test_of_a_plan_with_nothing_to_come_is_empty(self):
        assert consequences(plain(), happened(paid("02-01", 1_200_000)), day("02-02")) == ()


class TestTheSentence:
    """Every change of the past is told with its reason and its amount."""

    def told(self, language, *known, news, **changes):
        made = plain(conduct=LATE, **changes)
        found = compensate(
            made, happened(*known), happened({"id": "news", **news})[0], day("02-14")
        )
        return words.about(found, currency="CNY", language=language)

    def test_says_why_and_by_how_much(self):
        news = paid("02-01", 200_000)
        assert self.told("en", news=news) == (
            "Your payment of 2,000.00 on 2024-02-01 reached us only now: what being late"
            " cost is 22.00 less, what is left to pay is 2,022.00 less."
        )
        assert self.told("zh", news=news) == (
            "我们刚收到你 2024-02-01 的还款 2,000.00：逾期费用减少 22.00，待还金额减少 2,022.00。"
        )

    def test_says_that_money_went_back(self):
        news = {"kind": "reversal", "on": "02-13", "of": "e0"}
        told = self.told("en", paid("02-01", 200_000), news=news)
        assert told.startswith("Your payment of 2,000.00 on 2024-02-01 was returned: ")
        assert "22.00 more" in told

    def test_says_what_became_credit_and_what_is_waived(self):
        waive = {"kind": "waive", "component": "penalty", "share_ppm": 1_000_000}
        measures = [waive | {"vests": "per_installment"}]
        news = paid("02-01", 1_300_000)
        told = self.told("zh", news=news, penalty_minor=600, measures=measures)
        assert "多还的 1,000.00 已记为你的余额" in told
        assert "又免除 6.00" in told

    def test_says_that_nothing_changed(self):
        news = {"kind": "termination", "on": "02-13"}
        made = plain(shape=[{"kind": "level", "count": 1}])
        found = compensate(made, (), happened({"id": "n", **news})[0], day("02-14"))
        told = words.about(found, currency="CNY", language="en")
        assert told == "A change of 2024-02-13 was entered only now: nothing in your plan changed."
