"""What an event did to a plan: two of its states, compared."""

from __future__ import annotations

from repact.ledger import living
from repact.plans.servicing.replay import replay
from tests.unit.plans.servicing.contents import day, happened, paid, plain

WAIVED = plain(
    penalty_minor=600,
    measures=[
        {
            "kind": "waive",
            "component": "penalty",
            "share_ppm": 1_000_000,
            "vests": "per_installment",
        }
    ],
    conduct={"grace_days": 2, "cure_days": 10, "waivers_return": True},
)


def states(*events):
    """The plan before the last of some events and after it, on the last's day."""
    made = happened(*events)
    on = made[-1].on
    return replay(WAIVED, made[:-1], on), replay(WAIVED, made, on)


class TestAChange:
    def test_by_a_payment_in_time_is_money_a_row_less_and_a_waiver_earned(self):
        changed = living.change(*states(paid("02-01", 200_000)), cash_minor=200_000)
        assert (changed.cash_minor, changed.open_minor["principal"]) == (200_000, -200_000)
        assert (changed.vested_minor, changed.unearned_minor) == (100, 0)

    def test_by_more_than_is_owed_is_the_borrowers_credit(self):
        changed = living.change(*states(paid("02-01", 1_200_700)), cash_minor=1_200_700)
        assert (changed.open_minor["principal"], changed.credit_minor) == (-1_200_000, 700)

    def test_by_a_breach_asks_again_for_what_was_waived_and_not_earned(self):
        changed = living.change(*states({"kind": "breach", "on": "02-14"}), cash_minor=0)
        assert changed.open_minor == {"principal": 0, "interest": 0, "penalty": 600, "fees": 0}
        assert (changed.vested_minor, changed.unearned_minor) == (0, 600)

    def test_is_nothing_between_two_looks_at_the_same_state(self):
        before, _ = states(paid("02-01", 1))
        assert living.change(before, before, cash_minor=0).is_nothing

    def test_is_whole_with_what_was_posted_and_what_is_left(self):
        whole = living.change(*states(paid("02-01", 200_000)), cash_minor=200_000)
        before, after = states(paid("02-01", 150_000))
        first = living.change(before, after, cash_minor=150_000)
        left = living.less(whole, first)
        assert (left.cash_minor, left.open_minor["principal"]) == (50_000, -50_000)
        assert left.vested_minor == whole.vested_minor - first.vested_minor
        assert living.less(whole, whole).is_nothing


class TestWhatIsOpen:
    def test_is_what_the_rows_and_returned_waivers_ask_for(self):
        before, after = states(paid("02-01", 200_000), {"kind": "breach", "on": "03-14"})
        assert living.open_minor(before)["penalty"] == 0
        assert living.open_minor(after) == {
            "principal": 1_000_000,
            "interest": 0,
            "penalty": after.returned.penalty,
            "fees": 0,
        }
        assert after.returned.penalty == 500

    def test_is_nothing_once_all_is_paid(self):
        everything = replay(WAIVED, happened(paid("02-01", 1_200_000)), day("02-01"))
        assert not any(living.open_minor(everything).values())
