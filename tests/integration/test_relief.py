"""Help for many at once: started by two people, told to those it reaches, accepted by a tap."""

from __future__ import annotations

from datetime import timedelta

import pytest

from repact.server.audit.actor import SUPERVISOR, Actor
from repact.server.cases import relief
from repact.server.cases.errors import CaseError
from repact.server.cases.models import Case, Invitation, Program
from repact.server.clock import ports
from repact.server.loans.models import Hold, Loan
from repact.server.notices.models import Notice
from repact.server.people.models import Staff
from tests.integration.world import at_once, run_jobs

CODE = "flood-2026"


def supervisor(world, *, person=None) -> Actor:
    """Another supervisor's account; with `person`, of that same human being."""
    made = Staff.objects.create(
        lender_id=world.lender.id,
        email=f"{ports.new_id()}@example.org",
        name_zh="另一位",
        name_en="Another",
        role=SUPERVISOR,
        person_id=person,
    )
    return Actor(lender_id=world.lender.id, role=SUPERVISOR, id=made.id)


def started(world, *keys: str) -> Program:
    """A program that runs, reaching the named personas."""
    ids = [world.borrower(key).id for key in keys]
    Loan.objects.filter(borrower_id__in=ids).update(region="flood_area")
    program = relief.propose(by=world.staff(SUPERVISOR), code=CODE, now=world.now)
    relief.start(by=supervisor(world), program_id=program.id, now=world.now)
    run_jobs()
    return Program.objects.get(id=program.id)


def accept(world, program: Program, by: Actor) -> Case:
    return relief.accept(by=by, program_id=program.id, language="en", now=world.now)


class TestAProgram:
    def test_is_one_of_the_policys(self, world):
        with pytest.raises(CaseError, match="cases.no_such_relief"):
            relief.propose(by=world.staff(SUPERVISOR), code="of-my-own", now=world.now)

    def test_is_started_by_another_person(self, world):
        boss = world.staff(SUPERVISOR)
        program = relief.propose(by=boss, code=CODE, now=world.now)
        for account in (boss, supervisor(world, person=boss.id)):
            with pytest.raises(CaseError, match="cases.relief_own_proposal"):
                relief.start(by=account, program_id=program.id, now=world.now)
        relief.start(by=supervisor(world), program_id=program.id, now=world.now)
        assert Program.objects.get().state == "started"

    def test_reaches_those_of_its_scope_once(self, world):
        program = started(world, "linxiaoyu")
        assert relief.invite(by=world.system, program_id=program.id, now=world.now) == 0
        assert Notice.objects.filter(kind="relief_offered").count() == 1
        (counted,) = relief.programs()
        assert (counted.told, counted.accepted) == (1, 0)

    @pytest.mark.django_db(transaction=True)
    def test_is_proposed_once_by_many_at_once(self, world):
        boss = world.staff(SUPERVISOR)
        results = at_once(
            8,
            world.lender.id,
            lambda: relief.propose(by=boss, code=CODE, now=world.now),
        )
        assert len({result.id for result in results}) == 1


class TestATap:
    def test_makes_a_case_with_its_hold_and_asks_for_the_plan(self, world):
        program, by = started(world, "linxiaoyu"), world.borrower()
        case = accept(world, program, by)
        assert (case.kind, case.state) == ("relief", "submitted")
        assert Hold.objects.get().case_id == case.id
        assert relief.of_case(case).instruments == ("holiday", "waive_penalty")
        assert {"jobs.send_holds", "jobs.propose_offers"} <= set(run_jobs())
        assert accept(world, program, by).id == case.id

    def test_is_not_for_others(self, world):
        program = started(world, "linxiaoyu")
        with pytest.raises(CaseError, match="cases.not_found"):
            accept(world, program, world.borrower("zhaolei"))

    def test_does_nothing_after_it_was_stopped(self, world):
        program = started(world, "linxiaoyu")
        relief.stop(by=supervisor(world), program_id=program.id, now=world.now)
        with pytest.raises(CaseError, match="cases.relief_stopped"):
            accept(world, program, world.borrower())

    def test_does_nothing_after_its_last_day(self, world):
        program = started(world, "linxiaoyu")
        Program.objects.update(to_date=world.now.date() - timedelta(days=1))
        with pytest.raises(CaseError, match="cases.relief_over"):
            accept(world, program, world.borrower())

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("round_", range(3))
    def test_many_times_at_once_is_one_case(self, world, round_):
        program, by = started(world, "linxiaoyu"), world.borrower()
        results = at_once(8, world.lender.id, lambda: accept(world, program, by))
        assert len({getattr(result, "id", result) for result in results}) == 1, results
        assert Case.objects.count() == Invitation.objects.exclude(case=None).count() == 1

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("round_", range(3))
    def test_and_stopping_at_once_has_one_outcome(self, world, round_):
        program, by = started(world, "linxiaoyu"), world.borrower()
        boss = supervisor(world)
        taps = iter(
            [
                lambda: accept(world, program, by),
                lambda: relief.stop(by=boss, program_id=program.id, now=world.now),
            ]
        )

        def tap() -> object:
            return next(taps)()

        at_once(2, world.lender.id, tap)
        assert Program.objects.get().state == "stopped"
        assert Case.objects.count() == Invitation.objects.exclude(case=None).count()
