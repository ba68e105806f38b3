"""Applying: saved at every step, sent once, with collection on hold in the same transaction."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from repact.server.audit.models import Event
from repact.server.cases import actions as case_actions
from repact.server.cases.errors import CaseError
from repact.server.cases.models import Case
from repact.server.loans.models import Hold
from repact.server.people.doors import NotAllowedError
from tests.integration.world import ANSWERS, at_once, run_jobs


class TestADraft:
    def test_is_opened_once(self, world):
        by = world.borrower()
        assert world.draft(by).id == world.draft(by).id

    def test_cannot_be_over_someone_elses_loan(self, world):
        loans = list(world.draft(world.borrower("zhaolei")).loans.values_list("id", flat=True))
        with pytest.raises(CaseError, match="cases.no_loan"):
            case_actions.open(by=world.borrower(), loan_ids=loans, language="en", now=world.now)

    def test_keeps_each_screen(self, world):
        case = world.answered(world.borrower())
        assert Case.objects.get(id=case.id).answers == ANSWERS

    def test_is_closed_to_others(self, world):
        case = world.draft(world.borrower())
        with pytest.raises(CaseError, match="cases.not_found"):
            case_actions.save_answers(
                by=world.borrower("zhaolei"),
                case_id=case.id,
                screen="start",
                answers={},
                now=world.now,
            )


@pytest.mark.parametrize(
    ("screen", "answers", "field"),
    [
        ("reasons", {"reasons": []}, "reasons"),
        ("reasons", {"reasons": ["job_loss", "illness", "business"]}, "reasons"),
        ("reasons", {"reasons": ["something else"]}, "reasons"),
        ("income", {"amount_minor": -1}, "amount_minor"),
        ("income", {"amount_minor": 100.5}, "amount_minor"),
        ("income", {"amount_minor": 10**12}, "amount_minor"),
        ("ability", {"monthly_minor": 90_000, "payday": 32}, "payday"),
        ("ability", {"monthly_minor": 0, "payday": 15}, "monthly_minor"),
        ("ability", {"monthly_minor": 90_000, "payday": 15, "note": "x"}, "note"),
        ("household", {"people": 0, "spending": {}}, "people"),
    ],
)
def test_a_bad_answer_is_refused_naming_the_field(world, screen, answers, field):
    by = world.borrower()
    case = world.draft(by)
    with pytest.raises(CaseError) as refusal:
        case_actions.save_answers(
            by=by, case_id=case.id, screen=screen, answers=answers, now=world.now
        )
    assert refusal.value.code == f"cases.answer_{screen}"
    assert refusal.value.field == field
    assert screen not in Case.objects.get(id=case.id).answers


class TestSending:
    def test_names_the_first_open_screen(self, world):
        by = world.borrower()
        case = world.draft(by)
        with pytest.raises(CaseError) as refusal:
            case_actions.submit(by=by, case_id=case.id, now=world.now)
        assert refusal.value.field == "start"
        assert not Hold.objects.exists()

    def test_holds_collection_in_the_same_transaction(self, world, monkeypatch):
        by = world.borrower()
        case = world.answered(by)

        def fail(**_: object) -> None:
            raise RuntimeError("the power goes")

        monkeypatch.setattr("repact.server.loans.actions.hold", fail)
        with pytest.raises(RuntimeError):
            case_actions.submit(by=by, case_id=case.id, now=world.now)
        assert Case.objects.get(id=case.id).submitted_at is None

    def test_tells_the_core_until_it_acknowledges(self, world):
        world.submitted(world.borrower())
        assert Hold.objects.get().acknowledged_at is None
        assert "jobs.send_holds" in run_jobs()
        assert Hold.objects.get().acknowledged_at is not None

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("round_", range(5))
    def test_twice_at_once_has_one_effect(self, world, round_):
        by = world.borrower()
        case = world.answered(by)
        results = at_once(
            8,
            world.lender.id,
            lambda: case_actions.submit(by=by, case_id=case.id, now=world.now),
        )
        assert {result.id for result in results} == {case.id}
        assert Hold.objects.count() == 1
        assert Event.objects.filter(action="cases.submit").count() == 1

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("round_", range(5))
    def test_opened_at_once_is_one_case(self, world, round_):
        by = world.borrower()
        results = at_once(8, world.lender.id, lambda: world.draft(by))
        assert len({result.id for result in results}) == 1
        assert Case.objects.count() == 1


class TestRights:
    def test_an_auditor_changes_nothing(self, world):
        case = world.submitted(world.borrower())
        with pytest.raises(NotAllowedError):
            case_actions.begin_review(by=world.staff("auditor"), case_id=case.id, now=world.now)

    def test_the_database_refuses_a_second_open_case(self, world):
        case = world.draft(world.borrower())
        case.pk = None
        case.reference = "R-20261124-9999"
        with pytest.raises(IntegrityError), transaction.atomic():
            case.save(force_insert=True)

    def test_the_database_refuses_an_unknown_state(self, world):
        case = world.draft(world.borrower())
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE cases_case SET state = 'lost' WHERE id = %s", [case.id])
