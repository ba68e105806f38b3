"""Several debts: who gets how much, and one bill over all."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest

from repact.plans import consolidation, disclosure, document, schedule
from repact.plans.creditors import Debt, allocate, distribute
from repact.plans.errors import PlanError
from tests.unit.plans.documents import plan

CLEAN = {"interest_minor": 0, "penalty_minor": 0}


def debt(**changes):
    made = document.validate(document.Document, plan(**(CLEAN | changes)))
    return made.position, made.terms


class TestSharingAnAmount:
    def test_goes_by_what_is_owed(self):
        assert distribute(10_000, [Debt("a", 30_000), Debt("b", 10_000)]) == {
            "a": 7_500,
            "b": 2_500,
        }

    def test_gives_the_odd_units_by_largest_remainder(self):
        assert distribute(100, [Debt("a", 10), Debt("b", 10), Debt("c", 10)]) == {
            "a": 10,
            "b": 10,
            "c": 10,
        }
        assert distribute(10, [Debt("a", 100), Debt("b", 100), Debt("c", 100)]) == {
            "a": 4,
            "b": 3,
            "c": 3,
        }

    def test_pays_priority_debts_first(self):
        shares = distribute(
            1_000,
            [Debt("card", 9_000), Debt("rent", 700, priority=True), Debt("tax", 5_000, True, 200)],
        )
        assert shares == {"card": 100, "rent": 700, "tax": 200}

    def test_never_gives_more_than_is_owed(self):
        assert distribute(1_000, [Debt("a", 0), Debt("rent", 50, True, 400)]) == {
            "a": 0,
            "rent": 50,
        }

    def test_of_less_than_nothing_is_refused(self):
        with pytest.raises(PlanError, match="plan.out_of_range"):
            distribute(-1, [])

    def test_of_nothing_gives_nobody_anything(self):
        assert distribute(0, [Debt("a", 5), Debt("rent", 50, True)]) == {"a": 0, "rent": 0}


class TestAllocatingByLaw:
    def test_gives_nothing_where_nothing_is_owed(self):
        assert allocate(10, [Debt("a", 0), Debt("b", 7)]) == {"a": 0, "b": 7}

    """Civil Code of China art. 560; law.md W5 to W9."""

    A = Debt("A", 500_000, secured=True, annual_rate_ppm=120_000)
    B = Debt("B", 300_000, annual_rate_ppm=240_000)
    C = Debt("C", 400_000, annual_rate_ppm=120_000)
    D = Debt("D", 100_000, due=False, annual_rate_ppm=360_000)

    def test_w5_takes_the_due_the_least_secured_the_heaviest_first(self):
        shares = allocate(600_000, [self.A, self.B, self.C, self.D])
        assert shares == {"A": 0, "B": 300_000, "C": 300_000, "D": 0}

    def test_w6_takes_the_debt_the_payer_names(self):
        shares = allocate(600_000, [self.A, self.B, self.C, self.D], designated="C")
        assert shares == {"A": 0, "B": 200_000, "C": 400_000, "D": 0}

    def test_w7_takes_the_earlier_due_date(self):
        debts = [
            Debt("F", 200_000, due_date=date(2026, 2, 10)),
            Debt("E", 200_000, due_date=date(2026, 1, 10)),
        ]
        assert allocate(250_000, debts) == {"E": 200_000, "F": 50_000}

    def test_w8_shares_among_debts_that_are_alike(self):
        assert allocate(100_000, [Debt("G", 300_000), Debt("H", 100_000)]) == {
            "G": 75_000,
            "H": 25_000,
        }

    def test_w9_gives_the_odd_cent_to_the_first(self):
        debts = [Debt(name, 10_000) for name in "IJK"]
        assert allocate(10_000, debts) == {"I": 3_334, "J": 3_333, "K": 3_333}


class TestOneBill:
    def test_is_the_sum_of_plans_that_stay_distinct(self):
        made = consolidation.consolidate(
            {"a": debt(), "b": debt(principal_minor=5_000, shape=[{"kind": "level", "count": 2}])}
        )
        assert len(made.bill) == 24
        assert made.bill[0].payment_minor == sum(made.bill[0].parts.values())
        assert set(made.bill[0].parts) == {"a", "b"}
        assert set(made.bill[2].parts) == {"a"}
        assert made.schedules["b"].rows[-1].balance_minor == 0

    @pytest.mark.parametrize(
        ("other", "code"),
        [
            ({"currency": "USD"}, "plan.currencies_differ"),
            ({"first_due_date": "2024-03-01"}, "plan.calendars_differ"),
        ],
    )
    def test_is_refused_where_the_plans_do_not_go_together(self, other, code):
        with pytest.raises(PlanError, match=code):
            consolidation.consolidate({"a": debt(), "b": debt(**other)})

    def test_needs_a_debt(self):
        with pytest.raises(PlanError, match="plan.missing"):
            consolidation.consolidate({})


class TestOnePaymentForAll:
    def test_ends_with_every_debt_paid_to_the_unit(self):
        debts = {"a": debt(), "b": debt(principal_minor=300_000, annual_rate_ppm=90_000)}
        made = consolidation.share_out(debts, payment_minor=100_000)
        assert [row.payment_minor for row in made.bill[:-1]] == [100_000] * (len(made.bill) - 1)
        assert 0 < made.bill[-1].payment_minor <= 100_000
        for built in made.schedules.values():
            assert built.rows[-1].balance_minor == 0

    def test_pays_priority_debts_first(self):
        debts = {"card": debt(), "rent": debt(principal_minor=90_000, annual_rate_ppm=0)}
        made = consolidation.share_out(debts, payment_minor=60_000, priority={"rent": 30_000})
        assert [row.parts["rent"] for row in made.bill[:3]] == [30_000] * 3
        assert made.bill[3].parts == {"card": 60_000}

    def test_never_ends_when_interest_outruns_it(self):
        with pytest.raises(PlanError, match="plan.never_ends"):
            consolidation.share_out({"a": debt(), "b": debt()}, payment_minor=30_000)

    def test_asks_that_measures_leave_only_principal(self):
        with pytest.raises(PlanError, match="plan.components_left"):
            consolidation.share_out({"a": debt(interest_minor=5)}, payment_minor=30_000)


class TestTheBillOfSeveralSchedules:
    CONTRACT = {
        "contract": {
            "annual_rate_ppm": 180_000,
            "day_count": "30/360",
            "remaining": [{"due_date": "2024-02-01", "amount_minor": 100_000}],
        }
    }

    def parts(self, *counts, **changes):
        made = []
        for count in counts:
            position, terms = debt(**changes)
            shape = ({"kind": "level", "count": count},)
            terms = document.validate(
                type(terms), terms.model_dump(mode="json", exclude_none=True) | {"shape": shape}
            )
            made.append((position, terms, schedule.build(position, terms)))
        return made

    def test_sums_every_row_and_every_total(self):
        parts = self.parts(12, 6)
        long, short = (made for _, _, made in parts)
        bill = consolidation.bill_of([long, short])
        assert [row.payment_minor for row in bill.rows[:6]] == [
            one.payment_minor + other.payment_minor
            for one, other in zip(long.rows[:6], short.rows, strict=True)
        ]
        assert bill.rows[6:] == long.rows[6:]
        assert bill.totals.payment_minor == sum(row.payment_minor for row in bill.rows)

    def test_of_one_schedule_is_that_schedule(self):
        (part,) = self.parts(12)
        assert consolidation.bill_of([part[2]]) is part[2]
        assert consolidation.bill_hash(["ab"]) == "ab"

    def test_needs_one_calendar(self):
        one, other = (made for _, _, made in self.parts(12, 6))
        row = other.rows[0]._replace(due_date=date(2024, 2, 9))
        moved = other._replace(rows=(row, *other.rows[1:]))
        with pytest.raises(PlanError, match=r"plan\.calendars_differ at rows\[1\]\.due_date"):
            consolidation.bill_of([one, moved])

    def test_is_known_by_the_hashes_of_its_parts_in_order(self):
        whole = consolidation.bill_hash(["ab", "cd"])
        assert whole == hashlib.sha256(b'{"parts":["ab","cd"]}').hexdigest()
        assert whole != consolidation.bill_hash(["cd", "ab"])

    def test_discloses_the_sums_and_the_rate_of_the_payments_together(self):
        parts = self.parts(12, 12, **self.CONTRACT)
        bill = consolidation.bill_of([part[2] for part in parts])
        alone = disclosure.disclose(*parts[0])
        whole = disclosure.disclose_bill(parts, bill)
        assert whole.versus_today_minor == 2 * alone.versus_today_minor
        assert whole.versus_contract_minor == 2 * alone.versus_contract_minor
        assert whole.modification_minor == 2 * alone.modification_minor
        assert whole.annual_rate_nominal_ppm == alone.annual_rate_nominal_ppm

    def test_compares_with_no_contract_unless_every_part_has_one(self):
        parts = [*self.parts(12, **self.CONTRACT), *self.parts(12)]
        bill = consolidation.bill_of([part[2] for part in parts])
        whole = disclosure.disclose_bill(parts, bill)
        assert (whole.versus_contract_minor, whole.present_value_minor) == (None, None)
        assert disclosure.present_value(*parts[1]) == parts[1][2].totals.payment_minor
