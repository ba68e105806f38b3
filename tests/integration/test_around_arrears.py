"""Before and around arrears: breathing space, holds with an end, what may be signed and by whom."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from repact.plans.position import Position
from repact.server.audit.models import Event
from repact.server.cases.models import Case
from repact.server.loans import accruing
from repact.server.loans import actions as loan_actions
from repact.server.loans import queries as loan_queries
from repact.server.loans.errors import LoanError
from repact.server.loans.models import Hold, Loan, Standstill
from tests.integration.world import run_jobs


def loan_of(case: Case) -> Loan:
    return case.loans.select_related("product", "lender").get()


class TestBreathingSpace:
    @pytest.mark.parametrize(
        ("mode", "rate", "days_charged"), [("frozen", None, 0), ("running", None, 30)]
    )
    def test_adds_what_its_mode_says(self, world, mode, rate, days_charged):
        loan = Loan.objects.get(borrower_id=world.borrower().id)
        by, on = world.system, loan.as_of
        loan_actions.hold(
            by=by,
            loan_ids=[loan.id],
            case_id=loan.id,
            now=world.now,
            mode=mode,
            annual_rate_ppm=rate,
        )
        start = Standstill.objects.get().start_date
        before = loan_queries.position(loan, on=start).total_minor
        after = loan_queries.position(loan, on=start + timedelta(30)).total_minor
        assert (after > before) == (days_charged > 0), (on, start)

    def test_reduces_the_rate_but_never_raises_it(self):
        space = accruing.Space("reduced", 50_000, date(2026, 1, 11), date(2026, 1, 21))
        assert list(
            accruing.stretches(
                annual_rate_ppm=120_000,
                start=date(2026, 1, 1),
                end=date(2026, 2, 1),
                spaces=[space],
            )
        ) == [
            (date(2026, 1, 1), date(2026, 1, 11), 120_000),
            (date(2026, 1, 11), date(2026, 1, 21), 50_000),
            (date(2026, 1, 21), date(2026, 2, 1), 120_000),
        ]
        assert space.rate(40_000) == 40_000

    def test_is_never_made_up_for_afterwards(self, world):
        case = world.submitted(world.borrower())
        loan = loan_of(case)
        frozen = loan_queries.position(loan, on=loan.as_of + timedelta(20)).total_minor
        loan_actions.release(
            by=world.borrower(), case_id=case.id, because="withdrawn", now=world.now
        )
        end = Standstill.objects.get().end_date
        assert loan_queries.position(loan, on=end).total_minor == frozen


class TestAHold:
    def test_never_ends_silently(self, world):
        case = world.submitted(world.borrower())
        with pytest.raises(LoanError, match="loans.end_not_told"):
            loan_actions.release(by=world.system, case_id=case.id, because="lapsed", now=world.now)

    def test_never_ends_silently_in_the_database_either(self, world):
        world.submitted(world.borrower())
        with pytest.raises(IntegrityError, match="never_ends_silently"), transaction.atomic():
            Hold.objects.update(state="released", released_at=world.now, released_because="lapsed")

    def test_that_ends_is_told_to_the_core(self, world):
        case = world.submitted(world.borrower())
        run_jobs()
        loan_actions.release(
            by=world.borrower(), case_id=case.id, because="withdrawn", now=world.now
        )
        assert "jobs.send_releases" in run_jobs()
        assert Hold.objects.get().release_acknowledged_at is not None


class TestAPositionThatMoves:
    def test_tells_the_open_case(self, world):
        case = world.submitted(world.borrower())
        loan = loan_of(case)
        position = loan_queries.position(loan, on=loan.as_of)
        smaller = Position.model_validate(
            {**position.model_dump(), "principal_minor": position.principal_minor - 10_000}
        )
        arguments = {
            "by": world.system,
            "loan_id": loan.id,
            "position": smaller,
            "overdue_principal_minor": 0,
            "oldest_unpaid_due_date": None,
            "plan_rate_ppm": None,
            "plan_penalty_rate_ppm": None,
            "now": world.now,
        }
        loan_actions.publish_position(**arguments)
        loan_actions.publish_position(**arguments)
        told = Event.objects.filter(action="loans.position_moved")
        assert [event.case_id for event in told] == [case.id]


class TestALine:
    def test_is_blocked_once_and_the_core_confirms(self, world):
        loan = Loan.objects.get(borrower_id=world.borrower().id)
        for _ in range(2):
            loan_actions.block_line(by=world.system, loan_id=loan.id, now=world.now)
        assert run_jobs().count("jobs.send_line_block") == 1
        loan.refresh_from_db()
        assert loan.line_block_acknowledged_at is not None


class TestAGuarantor:
    def test_is_kept_sealed_and_shown_masked(self, world):
        loan = Loan.objects.get(borrower_id=world.borrower().id)
        loan_actions.add_party(
            by=world.staff(),
            loan_id=loan.id,
            role="guarantor",
            name="王建国",
            phone="13800001234",
            now=world.now,
        )
        (shown,) = loan_queries.parties([loan.id])
        assert (shown.name, shown.phone_masked) == ("王建国", "138****1234")
