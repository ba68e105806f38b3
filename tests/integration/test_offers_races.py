"""Many hands at one barrier: one plan is chosen, one decision sends, no pool is overdrawn.

Rounds are made inside one world, so that a round costs about half a second; `REPACT_RACE_ROUNDS`
says how many there are.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from repact.server.agreements.actions import life
from repact.server.agreements.models import Agreement
from repact.server.audit import actor
from repact.server.audit.actor import Actor
from repact.server.audit.models import Event
from repact.server.cases.models import Case, CaseLoan
from repact.server.offers import actions, approving, automatic, budgets, negotiating, transcript
from repact.server.offers.answering import Wish
from repact.server.offers.errors import OfferError
from repact.server.offers.models import (
    Approval,
    Budget,
    Decision,
    Entry,
    Offer,
    OfferSet,
    Reservation,
)
from repact.server.people.models import Borrower, SubjectKey
from tests.integration.negotiating import ROUNDS, draft, rollout, staff, tiers, with_policy
from tests.integration.world import at_once, hands

POOL, WANTED = 100_000_000, 777_777


def rounds(world: Any) -> Iterator[OfferSet]:
    """Sets that are open to the borrower, one after another, in one case.

    After a round, what was chosen is dropped unsigned, and the agent sends anew.
    """
    offer_set = world.offered(world.borrower())
    agent = world.staff(actor.SUPERVISOR)
    for _ in range(ROUNDS):
        yield offer_set
        back_to_review(world, offer_set.case_id)
        made = actions.prepare(by=agent, case_id=offer_set.case_id, now=world.now)
        offer_set = actions.send(by=agent, set_id=made.id, message="", now=world.now)


def back_to_review(world: Any, case_id: Any) -> None:
    for offer in Offer.objects.filter(case_id=case_id, state="chosen"):
        drafted = Agreement.objects.filter(offer=offer).exclude(state="void").get()
        life.void(by=world.system, agreement_id=drafted.id, now=world.now)
        actions.unsigned(by=world.system, offer_id=offer.id, now=world.now)
    late = world.now + timedelta(days=60)
    for standing in OfferSet.objects.filter(case_id=case_id, state="sent"):
        actions.expire(by=world.system, set_id=standing.id, now=late)


def each_one(*acts: Callable[[], Any]) -> Callable[[], Any]:
    """Let the hands do these acts in turn, one each."""
    turn = itertools.cycle(acts)
    return lambda: next(turn)()  # noqa: PLW0108 - one act each


def uncoded(results: list[Any]) -> list[Any]:
    """What went wrong in a way nobody foresaw: an error without a code."""
    return [r for r in results if isinstance(r, Exception) and not hasattr(r, "code")]


@pytest.mark.django_db(transaction=True)
class TestSixteenAtOnce:
    @pytest.fixture
    def sixteen(self, world) -> Iterator[Callable[[Callable[[], Any]], list[Any]]]:
        """Sixteen hands, the same in every round."""
        with hands(16, world.lender.id) as made:
            yield made

    def test_choose_one(self, world, sixteen):
        """Every plan, several times over, by hands that start together: one outcome."""
        by = world.borrower()
        for number, offer_set in enumerate(rounds(world), start=1):
            offers = itertools.cycle(offer_set.offers_in_order)
            results = sixteen(lambda o=offers: world.accept(by, next(o)))
            assert len({r.id for r in results if not isinstance(r, Exception)}) == 1
            refused = [r for r in results if isinstance(r, Exception)]
            assert {getattr(r, "code", r) for r in refused} <= {"offers.already_chosen"}
            assert Offer.objects.filter(offer_set=offer_set, state="chosen").count() == 1
            assert Event.objects.filter(action="offers.choose").count() == number

    def test_have_one_outcome_whoever_comes_first(self, world, sixteen):
        """The plan accepted, accepted twice, in a stale version, by somebody else, expired, issued
        anew, two plans at once. One set stands, and at most one plan is chosen."""
        by, other = world.borrower(), world.borrower("zhaolei")
        late = world.now + timedelta(days=60)
        outcomes = set()
        for offer_set in rounds(world):
            first, *_, last = offer_set.offers_in_order
            stale = Offer.objects.get(id=first.id)
            stale.content_sha256 = "0" * 64
            mark = Entry.objects.filter(case_id=offer_set.case_id).count()
            acts = [
                lambda o=first: world.accept(by, o),
                lambda o=last: world.accept(by, o),
                lambda o=stale: world.accept(by, o),
                lambda o=first: world.accept(other, o),
                lambda s=offer_set: actions.expire(by=world.system, set_id=s.id, now=late),
                lambda s=offer_set: automatic.reissue(by=world.system, set_id=s.id, now=world.now),
            ]
            turned = acts[len(outcomes) % 2 * 4 :] + acts[: len(outcomes) % 2 * 4]
            assert uncoded(sixteen(each_one(*turned))) == []
            state = OfferSet.objects.get(id=offer_set.id).state
            chosen = Offer.objects.filter(case_id=offer_set.case_id, state="chosen").count()
            outcomes.add((state, chosen))
            assert outcomes <= {("chosen", 1), ("expired", 0)}
            said = Entry.objects.filter(case_id=offer_set.case_id, kind="choice", number__gt=mark)
            assert said.count() == chosen
            held = Reservation.objects.filter(offer_set=offer_set, state="reserved").exists()
            assert held == (state == "chosen")
            assert transcript.broken_at(offer_set.case_id) is None

    def test_asking_and_choosing_end_in_one_open_set(self, world, sixteen):
        """The borrower asks for a number and chooses a plan in the same moment."""
        caps = {"caps": tiers()["caps"] | {"borrower_year_minor": 10**11}}
        authority = tiers(automatic=99_000_000) | caps
        with_policy(world, rollout=rollout("automatic", 5_000, 10**11), authority=authority)
        by = world.borrower()
        for number, offer_set in enumerate(rounds(world)):
            first, wish = offer_set.offers_in_order[0], Wish(pay_minor=80_000 + number * 100)
            acts = [
                lambda s=offer_set, w=wish: negotiating.ask_for(
                    by=by, case_id=s.case_id, wish=w, now=world.now
                ),
                lambda o=first: world.accept(by, o),
            ]
            assert uncoded(sixteen(each_one(*acts))) == []
            found = OfferSet.objects.filter(case_id=offer_set.case_id)
            assert found.filter(state__in=["sent", "chosen"]).count() == 1
            assert transcript.broken_at(offer_set.case_id) is None

    def test_deciding_send_once(self, world, sixteen):
        with_policy(world, authority=tiers(automatic=0, agent=0, supervisor=99_000_000))
        agent, supervisor = world.staff(), world.staff(actor.SUPERVISOR)
        made = draft(world, world.borrower(), agent)
        for number in range(1, ROUNDS + 1):
            asked = approving.ask_approval(by=agent, set_id=made.id, message="", now=world.now)
            results = sixteen(lambda a=asked: _approve(a, supervisor, world.now))
            assert [r for r in results if isinstance(r, Exception)] == []
            assert Decision.objects.count() == number
            assert Entry.objects.filter(kind="offers").count() == number
            back_to_review(world, made.case_id)
            made = actions.prepare(by=agent, case_id=made.case_id, now=world.now)


@pytest.mark.django_db(transaction=True)
class TestAPool:
    def test_of_a_million_is_never_overdrawn_by_two_hundred_approvals(self, world):
        """¥1,000,000, and 200 approvals at one barrier of ¥7,777.77 each: 128 sets go out."""
        asked = _asked(world, 200, makers=4)
        supervisor = world.staff(actor.SUPERVISOR)
        todo = iter(asked)
        results = at_once(
            200, world.lender.id, lambda: _approve(next(todo), supervisor, world.now), most=_most()
        )
        fits = POOL // WANTED
        refused = [r for r in results if isinstance(r, Exception)]
        assert {(getattr(r, "code", r), r.params["kind"]) for r in refused} == {
            ("offers.budget_exhausted", "pool")
        }
        assert (len(results) - len(refused), OfferSet.objects.filter(state="sent").count()) == (
            fits,
            fits,
        )
        pool = Budget.objects.get(kind="pool")
        assert pool.reserved_minor == fits * WANTED <= pool.amount_minor == POOL
        assert Decision.objects.count() == fits
        assert Approval.objects.filter(state="asked").count() == 200 - fits

    def test_would_show_a_race_that_somebody_planted(self, world, without_the_wall, monkeypatch):
        """Looking first and drawing after, with no lock and no wall: the sum is overdrawn."""
        count = 16
        for made in (asked := _asked(world, count, makers=count)):
            OfferSet.objects.filter(id=made.offer_set_id).update(concession_minor=POOL - 1)
        together = Barrier(count)
        draw = budgets.draw

        def look_then_draw(*, offer_set: OfferSet, line: budgets.Line, now: Any) -> None:
            if line.kind == "pool":
                left = budgets.left(kind="pool", key=line.key)
                together.wait(20)
                if left is not None and left < line.wanted_minor:
                    raise OfferError("offers.budget_exhausted", kind=line.kind)
            draw(offer_set=offer_set, line=line, now=now)

        monkeypatch.setattr(budgets, "draw", look_then_draw)
        supervisor, todo = world.staff(actor.SUPERVISOR), iter(asked)
        results = at_once(
            count, world.lender.id, lambda: _approve(next(todo), supervisor, world.now)
        )
        assert [r for r in results if isinstance(r, Exception)] == []
        assert Budget.objects.get(kind="pool").reserved_minor > POOL

    @pytest.fixture
    def without_the_wall(self, world):
        """The same database without the check that refuses to overdraw a line."""
        check = next(c for c in Budget._meta.constraints if "overdrawn" in c.name)
        with _as_owner(), connection.schema_editor() as editor:
            editor.remove_constraint(Budget, check)
        yield
        with _as_owner():
            with connection.cursor() as cursor:
                cursor.execute("TRUNCATE offers_budget CASCADE")
            with connection.schema_editor() as editor:
                editor.add_constraint(Budget, check)


@contextmanager
def _as_owner() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (role,) = cursor.fetchone()
        cursor.execute("RESET ROLE")
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")


def _approve(asked: Approval, by: Actor, now: Any) -> Approval:
    return approving.decide(by=by, approval_id=asked.id, verdict="approve", reason="", now=now)


def _most() -> int:
    """How many connections this PostgreSQL has left for us; the other hands queue."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('max_connections')::int - count(*) FROM pg_stat_activity"
        )
        (free,) = cursor.fetchone()
    return min(int(free) - 10, 200)


def _asked(world: Any, count: int, *, makers: int) -> list[Approval]:
    """Approvals that wait, each in a case and of a borrower of its own, all on one pool."""
    day = world.now.date()
    dates = {"from_date": day, "to_date": day + timedelta(days=30)}
    authority = tiers(automatic=0, agent=0, supervisor=99_000_000)
    authority["caps"] = dict.fromkeys(authority["caps"], 10**11)
    pool = {"code": "race", "amount_minor": POOL, **dates}
    with_policy(world, authority=authority, pools=[pool])
    first = draft(world, world.borrower(), world.staff())
    people = [staff(world, f"maker{number}", actor.AGENT) for number in range(makers)]
    with transaction.atomic():
        copies = [_clone(first, number) for number in range(count)]
    return [
        approving.ask_approval(by=hand, set_id=copy.id, message="", now=world.now)
        for copy, hand in zip(copies, itertools.cycle(people), strict=False)
    ]


def _clone(offer_set: OfferSet, number: int) -> OfferSet:
    """The same draft in another case, of another borrower; it wants ¥7,777.77."""
    borrower = Borrower.objects.get(id=offer_set.case.borrower_id)
    key = _copy(SubjectKey, borrower.key_id)
    name = f"race-{number}"
    borrower = _copy(Borrower, borrower.id, key=key, ref=name, wallet_account=name)
    case = _copy(Case, offer_set.case_id, borrower=borrower, reference=name)
    _copy(CaseLoan, CaseLoan.objects.get(case=offer_set.case).id, case=case)
    copy = _copy(OfferSet, offer_set.id, case=case, concession_minor=WANTED)
    for offer in offer_set.offers_in_order:
        _copy(Offer, offer.id, offer_set=copy, case=case)
    return copy


def _copy(model: Any, pk: Any, **changes: Any) -> Any:
    row = model.objects.get(id=pk)
    row.id, row._state.adding = model._meta.pk.get_default(), True
    for field, value in changes.items():
        setattr(row, field, value)
    row.save(force_insert=True)
    return row
