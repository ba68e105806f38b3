"""One plan over debts at several lenders: each sees its own row, and decides for its own part."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from repact.sandbox import seed
from repact.server.audit import actor
from repact.server.audit.actor import Actor
from repact.server.cases import facts as case_facts
from repact.server.cases import sharing
from repact.server.cases.errors import CaseError
from repact.server.cases.models import Case, SharedRequest
from repact.server.lenders.models import Lender
from repact.server.loans.models import Hold, Loan
from repact.server.notices.models import Notice
from repact.server.people.models import Borrower, Staff
from repact.server.tenancy import scope
from tests.integration.world import run_jobs

MONTHLY = 90_000


@pytest.fixture
def other(world) -> Iterator[Lender]:
    """A second lender to whom the same people owe something."""
    made = Lender.objects.create(
        slug="other",
        host="other.example.org",
        name_zh="另一家机构",
        name_en="Another Lender",
        address_zh="示例市",
        address_en="Sampletown",
        complaint_phone="000",
        is_demo=True,
    )
    with scope.acting_for(made.id):
        seed._policy_and_products(made, world.now)
        seed._staff(made, world.now)
        seed._book(made, world.now, 0)
    return made


def asked(world, **household) -> SharedRequest:
    by = world.borrower()
    answers = {"people": 2, "spending": {"rent": 180_000, "food": 160_000}, **household}
    case = world.answered(by, household=answers)
    row = sharing.ask(by=by, case_id=case.id, monthly_minor=MONTHLY, language="en", now=world.now)
    run_jobs()
    return SharedRequest.objects.get(id=row.id)


def at(lender: Lender) -> SharedRequest:
    with scope.acting_for(lender.id):
        return SharedRequest.objects.get()


class TestARequestToSeveralLenders:
    def test_shares_the_month_in_proportion_to_the_last_cent(self, world, other):
        here, there = asked(world), at(other)
        assert here.request_id == there.request_id
        assert here.share_minor + there.share_minor == MONTHLY
        assert abs(here.share_minor * there.owed_minor - there.share_minor * here.owed_minor) <= (
            here.owed_minor + there.owed_minor
        )

    def test_pays_first_what_cannot_wait(self, world, other):
        here = asked(world, arrears=[{"kind": "rent", "amount_minor": 30_000}])
        assert here.totals["priority_minor"] == 30_000
        assert here.share_minor + at(other).share_minor == MONTHLY - 30_000

    def test_tells_a_lender_sums_alone(self, world, other):
        here, there = asked(world), at(other)
        assert set(there.totals) == {"lenders", "owed_minor", "priority_minor", "shared_minor"}
        known = json.dumps(there.totals)
        assert str(world.lender.id) not in known
        assert world.lender.name_en not in known
        assert here.consent_sha256 == there.consent_sha256

    def test_is_seen_by_each_lender_through_its_own_row_alone(self, world, other):
        asked(world)
        assert SharedRequest.objects.count() == 1
        with scope.acting_for(other.id):
            assert SharedRequest.objects.count() == 1

    def test_does_not_find_somebody_with_the_same_account_but_another_number(self, world, other):
        with scope.acting_for(other.id):
            Borrower.objects.update(id_number_index=b"somebody else")
        assert asked(world).totals["lenders"] == 1

    def test_does_not_find_a_lender_who_is_owed_nothing(self, world, other):
        with scope.acting_for(other.id):
            Loan.objects.update(state="closed")
        assert asked(world).totals["lenders"] == 1

    def test_can_be_carried_twice_without_harm(self, world, other):
        row = asked(world)
        from repact.server.jobs import sharing as carrying

        carrying.spread(lender_id=world.lender.id, shared_id=row.id)
        assert at(other).share_minor + row.share_minor == MONTHLY


class TestATapAtAnotherLender:
    def there(self, world, other) -> Actor:
        row = Borrower.objects.get(wallet_account="demo-linxiaoyu")
        return Actor(lender_id=other.id, role=actor.BORROWER, id=row.id)

    def test_is_offered_where_no_request_is_open(self, world, other):
        here = asked(world)
        assert sharing.invited(here.borrower_id) is None
        with scope.acting_for(other.id):
            row = SharedRequest.objects.get()
            assert sharing.invited(row.borrower_id) == row
            told = Notice.objects.get(kind="share_invited")
            assert told.params["amount_minor"] == row.share_minor

    def test_opens_one_case_there_with_the_share_and_nothing_else(self, world, other):
        here = asked(world)
        with scope.acting_for(other.id):
            row, by = SharedRequest.objects.get(), self.there(world, other)

            def tap() -> Case:
                return sharing.open_case(by=by, shared_id=row.id, language="en", now=world.now)

            case = tap()
            assert tap().id == case.id
            assert Hold.objects.filter(case_id=case.id).exists()
            assert case.answers["ability"]["monthly_minor"] == row.share_minor
            assert case.answers["income"] == {"amount_minor": None}
            assert sharing.invited(by.id) is None
            row.refresh_from_db()
            assert row.case_id == case.id
        ran = run_jobs()
        assert {"jobs.send_holds", "jobs.propose_offers"} <= set(ran)
        assert here.case_id != case.id

    def test_gives_plans_within_the_share_alone_and_each_lender_decides(self, world, other):
        here = asked(world)
        case = Case.objects.get(id=here.case_id)
        assert case_facts.facts(case, now=world.now).ceiling_minor == here.share_minor
        sharing.decide(by=world.staff(), shared_id=here.id, agree=False, now=world.now)
        assert case_facts.facts(case, now=world.now).ceiling_minor > here.share_minor
        with scope.acting_for(other.id):
            row, by = SharedRequest.objects.get(), self.there(world, other)
            made = sharing.open_case(by=by, shared_id=row.id, language="en", now=world.now)
            assert case_facts.facts(made, now=world.now).ceiling_minor == row.share_minor

    def test_is_not_for_a_withdrawn_request_nor_for_others(self, world, other):
        here = asked(world)
        with scope.acting_for(other.id):
            row, by = SharedRequest.objects.get(), self.there(world, other)
            stranger = Borrower.objects.get(wallet_account="demo-zhaolei")
            another = Actor(lender_id=other.id, role=actor.BORROWER, id=stranger.id)
            with pytest.raises(CaseError, match="cases.not_found"):
                sharing.open_case(by=another, shared_id=row.id, language="en", now=world.now)
        sharing.withdraw(by=world.borrower(), shared_id=here.id, now=world.now)
        run_jobs()
        with scope.acting_for(other.id):
            assert sharing.invited(by.id) is None
            with pytest.raises(CaseError, match="cases.not_found"):
                sharing.open_case(by=by, shared_id=row.id, language="en", now=world.now)


class TestEachLender:
    def test_decides_for_its_own_part_and_others_learn_only_how_many(self, world, other):
        here = asked(world)
        with scope.acting_for(other.id):
            row = SharedRequest.objects.get()
            agent = Staff.objects.get(role=actor.AGENT)
            by = actor.Actor(lender_id=other.id, role=actor.AGENT, id=agent.id)
            sharing.decide(by=by, shared_id=row.id, agree=True, now=world.now)
            sharing.decide(by=by, shared_id=row.id, agree=False, now=world.now)
        run_jobs()
        here.refresh_from_db()
        assert (here.state, here.totals["agreed"], here.totals["declined"]) == ("shared", 1, 0)

    def test_forgets_it_when_the_consent_is_taken_back(self, world, other):
        here = asked(world)
        sharing.withdraw(by=world.borrower(), shared_id=here.id, now=world.now)
        run_jobs()
        there = at(other)
        assert (there.state, there.totals) == ("withdrawn", {})
