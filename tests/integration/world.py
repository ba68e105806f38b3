"""A small world for the tests: the demo's lender, its personas, and shortcuts along the way."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Barrier, Semaphore
from typing import Any
from uuid import UUID

import httpx
from django.conf import settings
from django.db import connection
from procrastinate.contrib.django import app as jobs

from repact.sandbox import seed
from repact.server.agreements import actions as agreement_actions
from repact.server.agreements import queries as agreement_queries
from repact.server.agreements.models import Agreement
from repact.server.audit import actor
from repact.server.audit.actor import Actor
from repact.server.cases import actions as case_actions
from repact.server.cases.models import Case
from repact.server.clock import ports
from repact.server.lenders.models import Lender
from repact.server.loans import queries as loan_queries
from repact.server.offers import actions as offer_actions
from repact.server.offers.models import Offer, OfferSet
from repact.server.people.models import Borrower, Staff
from repact.server.reviews import actions as review_actions
from repact.server.tenancy import scope

ANSWERS: dict[str, dict[str, Any]] = {
    "start": {},
    "reasons": {"reasons": ["job_loss"]},
    "duration": {"duration": "3_to_6_months"},
    "income": {"amount_minor": 600_000},
    "household": {"people": 2, "spending": {"rent": 180_000, "food": 160_000}},
    "ability": {"monthly_minor": 90_000, "payday": 15},
    "evidence": {"choice": "none"},
    "contact": {"preferences": []},
}


@dataclass
class World:
    """One lender, its people, and the present they live in."""

    lender: Lender
    now: datetime

    def borrower(self, key: str = "linxiaoyu") -> Actor:
        row = Borrower.objects.get(wallet_account=f"demo-{key}")
        return Actor(lender_id=self.lender.id, role=actor.BORROWER, id=row.id)

    def staff(self, role: str = actor.AGENT) -> Actor:
        row = Staff.objects.get(role=role)
        return Actor(lender_id=self.lender.id, role=row.role, id=row.id)

    @property
    def system(self) -> Actor:
        return actor.system(self.lender.id)

    def draft(self, by: Actor) -> Case:
        loans = [loan.id for loan in loan_queries.of_borrower(by.id)]
        return case_actions.open(by=by, loan_ids=loans, language="zh-hans", now=self.now)

    def answered(self, by: Actor, **changed: dict[str, Any]) -> Case:
        case = self.draft(by)
        for screen, answers in {**ANSWERS, **changed}.items():
            case_actions.save_answers(
                by=by, case_id=case.id, screen=screen, answers=answers, now=self.now
            )
        return case

    def submitted(self, by: Actor) -> Case:
        return case_actions.submit(by=by, case_id=self.answered(by).id, now=self.now)

    def offered(self, by: Actor) -> OfferSet:
        case = self.submitted(by)
        agent = self.staff(actor.SUPERVISOR)
        review_actions.take(by=agent, case_id=case.id, now=self.now)
        offer_set = offer_actions.prepare(by=agent, case_id=case.id, now=self.now)
        return offer_actions.send(by=agent, set_id=offer_set.id, message="", now=self.now)

    def drafted(self, by: Actor) -> Agreement:
        return self.accept(by, self.offered(by).offers_in_order[0])

    def accept(self, by: Actor, offer: Offer) -> Agreement:
        return agreement_actions.accept_offer(
            by=by, offer_id=offer.id, content_sha256=offer.content_sha256, now=self.now
        )

    def read(self, by: Actor, agreement: Agreement) -> None:
        """Open and confirm both pages, with the cost sheet's seconds gone by."""
        for page in ("costs", "facts"):
            with ports.using(At(self.now - timedelta(seconds=60))):
                agreement_actions.open_page(
                    by=by, agreement_id=agreement.id, page=page, now=self.now
                )
            flagged = agreement_queries.key_facts(agreement).flagged
            agreement_actions.confirm_page(
                by=by, agreement_id=agreement.id, page=page, seen=list(flagged), now=self.now
            )

    def code(self, by: Actor, agreement: Agreement) -> str:
        agreement_actions.request_code(by=by, agreement_id=agreement.id, now=self.now)
        account = Borrower.objects.get(id=by.id).wallet_account
        page = httpx.get(f"{settings.REPACT_WALLET_URL}/u/{account}").text
        # Only the messages: the page's launch token is base64 and may hold six digits in a row.
        newest = page.split("<li>")[1]
        return re.findall(r"(?<!\d)\d{6}(?!\d)", newest)[0]

    def sign(self, by: Actor, agreement: Agreement, code: str) -> Agreement:
        return agreement_actions.sign(
            by=by,
            agreement_id=agreement.id,
            code=code,
            consent=True,
            device="test",
            identified_at=ports.now(),
            now=self.now,
        )

    def in_force(self, by: Actor) -> Agreement:
        """A signed agreement whose plan has begun."""
        agreement = self.drafted(by)
        self.read(by, agreement)
        self.sign(by, agreement, self.code(by, agreement))
        run_jobs()
        return Agreement.objects.get(id=agreement.id)


class At(ports.MachinePorts):
    """The machine, with its clock held at one moment."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


def build(now: datetime) -> World:
    """The demo's world with the personas' loans alone; the caller binds the lender."""
    lender = seed.fill(loans=0, peers=False)
    return World(lender, now)


def run_jobs() -> list[str]:
    """Do what is waiting in the queue, here and now; returns the tasks that ran."""
    done = []
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE procrastinate_jobs SET status = 'doing' WHERE id = (SELECT min(id) FROM"
                " procrastinate_jobs WHERE status = 'todo') RETURNING id, task_name, args"
            )
            row = cursor.fetchone()
        if row is None:
            return done
        jobs.tasks[row[1]](**json.loads(row[2]))
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [row[0]])
        done.append(row[1])


def at_once(
    count: int, lender_id: UUID, work: Callable[[], Any], *, most: int | None = None
) -> list[Any]:
    """Run `work` in `count` threads that start together; each result, or the exception.

    Each has a connection of its own; with `most`, so many at a time, and the others queue.
    """
    barrier = Barrier(count)
    gate = Semaphore(most or count)
    contexts = [copy_context() for _ in range(count)]

    def one() -> Any:
        try:
            if most:
                barrier.wait(30)
            with gate, scope.acting_for(lender_id):
                if not most:  # connected already: the work itself starts together
                    barrier.wait(30)
                return work()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return [future.result() for future in [pool.submit(c.run, one) for c in contexts]]


@contextmanager
def hands(count: int, lender_id: UUID) -> Iterator[Callable[[Callable[[], Any]], list[Any]]]:
    """`count` threads whose connections stay open from round to round: call it with the work of a
    round, and all start together."""
    barrier = Barrier(count)

    def at_the_barrier(work: Callable[[], Any]) -> Any:
        barrier.wait(30)
        try:
            with scope.acting_for(lender_id):
                return work()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error

    def all_of_them(work: Callable[[], Any]) -> list[Any]:
        contexts = [copy_context() for _ in range(count)]
        todo = [pool.submit(context.run, at_the_barrier, work) for context in contexts]
        return [future.result() for future in todo]

    def leave() -> None:
        barrier.wait(30)
        connection.close()

    with ThreadPoolExecutor(count) as pool:
        try:
            all_of_them(connection.ensure_connection)
            yield all_of_them
        finally:
            for future in [pool.submit(leave) for _ in range(count)]:
                future.result()
