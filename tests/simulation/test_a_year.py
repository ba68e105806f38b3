"""A year of many borrowers, lived through the real actions; the books of a naive second program.

`REPACT_SIMULATED` says how many borrowers (60 unless it is set; `make prove` lives 500).
"""

from __future__ import annotations

import os
import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import Sum

from repact.server.audit import actor
from repact.server.books.models import Posting
from repact.server.cases.models import Case
from repact.server.jobs import day
from repact.server.loans import actions as loan_actions
from repact.server.repayments import actions, moves, resting, taking_back
from repact.server.repayments.models import Payment, Plan
from tests.integration import plans
from tests.simulation import naive_books

pytestmark = pytest.mark.django_db
BORROWERS = int(os.environ.get("REPACT_SIMULATED", "60"))
START, END = date(2026, 11, 24), date(2027, 11, 30)
CONDUCT = {
    "grace_days": 3,
    "late_rate_ppm": 117_000,
    "remind_days": 0,
    "nudge_days": 0,
    "cure_days": 60,
    "date_moves": 2,
    "date_move_days": 10,
}


def at(on):
    return datetime(on.year, on.month, on.day, 2, tzinfo=UTC)


class Person:
    """One borrower: what was signed, and what they will do on which day."""

    def __init__(self, number: int) -> None:
        chance = random.Random(number)
        first = date(2026, 12, chance.randint(1, 28))
        self.document = plans.document(
            principal=chance.randint(50_000, 5_000_000),
            interest=0,
            penalty=chance.choice([0, chance.randint(1, 9_999)]),
            first=first,
            count=chance.randint(3, 14),
            conduct=CONDUCT,
        )
        self.number, self.chance = number, chance
        self.manner = chance.choice(
            ["prompt", "late", "parts", "more", "charge_back", "mover", "asker"]
        )
        self.happened: list[dict] = []
        self.todo: dict[date, list[tuple]] = {}

    def plan_days(self, bills: list[tuple[int, date, int]]) -> None:
        """What this manner of person does about each bill."""
        chance = self.chance
        for number, due, amount in bills:
            if self.manner == "prompt":
                self.at(due, "pay", amount)
            elif self.manner == "late":
                self.at(due + timedelta(days=chance.randint(0, 25)), "pay", amount)
            elif self.manner == "parts":
                part = chance.randint(1, amount - 1)
                self.at(due, "pay", part)
                self.at(due + timedelta(days=chance.randint(1, 20)), "pay", amount - part)
            elif self.manner == "more":
                extra = chance.randint(0, 500) if number < 3 else 0
                self.at(due, "pay", amount + extra)
            elif self.manner == "charge_back":
                self.at(due, "pay", amount)
                if number % 4 == 2:
                    self.at(due + timedelta(days=9), "reverse", None)
                    self.at(due + timedelta(days=12), "pay", amount)
            elif self.manner == "asker":
                self.ask_about(number, due, amount)
            elif number in {2, 3}:
                to = due + timedelta(days=chance.randint(1, 9))
                self.at(due - timedelta(days=2), "move", (number, to))
                self.at(to, "pay", amount)
            else:
                self.at(due, "pay", amount)

    def ask_about(self, number: int, due: date, amount: int) -> None:
        """Every other bill is too much: another plan is asked for some days, and they pay a part of
        the bill in them; prompt again afterwards."""
        chance = self.chance
        if number % 2:
            self.at(due, "pay", amount)
            return
        asked = due + timedelta(days=chance.randint(-3, 9))
        over = asked + timedelta(days=chance.randint(1, 12))
        self.at(asked, "ask", chance.choice([("frozen", None), ("reduced", 50_000)]))
        self.at(asked + timedelta(days=chance.randint(0, 12)), "pay", amount // 3)
        self.at(over, "stop", None)
        self.at(over + timedelta(days=4), "pay", amount - amount // 3)

    def at(self, on: date, what: str, with_: object) -> None:
        self.todo.setdefault(on, []).append((what, with_))


def ask(lender, agreement, on, given):
    """Another plan is asked for, and the plan is told."""
    mode, ppm = given
    case = Case.objects.create(
        lender_id=lender.id,
        borrower_id=agreement.borrower_id,
        reference=f"R{agreement.reference[-4:]}-{on:%y%m%d}",
        language="zh-hans",
        created_at=at(on),
        kind="renegotiation",
        running_agreement_id=agreement.id,
    )
    loan_actions.hold(
        by=actor.system(lender.id),
        loan_ids=[part.loan_id for part in agreement.parts.all()],
        case_id=case.id,
        now=at(on),
        mode=mode,
        annual_rate_ppm=ppm,
    )
    resting.heed_requests(by=actor.system(lender.id), agreement_id=agreement.id, now=at(on))
    return {"kind": "rest", "on": on, "cap": ppm or 0}


def stop(lender, agreement, on, _):
    """The request is taken back, and the plan is told."""
    case = Case.objects.get(running_agreement_id=agreement.id, state="draft")
    Case.objects.filter(id=case.id).update(state="withdrawn")
    system = actor.system(lender.id)
    loan_actions.release(by=system, case_id=case.id, because="withdrawn", now=at(on))
    resting.heed_requests(by=system, agreement_id=agreement.id, now=at(on))
    return {"kind": "rest_end", "on": on}


ASKING = {"ask": ask, "stop": stop}


def act(lender, agreement, person, on):
    """Do what the person does on a day, and note it for the second bookkeeping."""
    system = actor.system(lender.id)
    for index, (what, given) in enumerate(person.todo.pop(on, [])):
        name = f"p{person.number}:{on}:{index}"
        if what == "pay":
            actions.receive_payment(
                by=system,
                agreement_id=agreement.id,
                source=name,
                amount_minor=given,
                currency="CNY",
                value_date=on,
                now=at(on),
            )
            person.happened.append({"kind": "pay", "on": on, "amount": given})
        elif what == "reverse":
            payment = Payment.objects.filter(agreement=agreement).order_by("value_date").last()
            taking_back.reverse_payment(
                by=system, payment_id=payment.id, reason="charge_back", now=at(on)
            )
            person.happened.pop()
        elif what in {"ask", "stop"}:
            person.happened.append(ASKING[what](lender, agreement, on, given))
        else:
            number, to = given
            moves.move_date(
                by=actor.Actor(lender.id, actor.BORROWER, agreement.borrower_id),
                agreement_id=agreement.id,
                number=number,
                to_date=to,
                now=at(on),
            )
            person.happened.append({"kind": "move", "on": on, "row": number, "to": to})


def test_of_many_borrowers_ends_with_the_books_a_naive_program_keeps(lender, now):
    people = []
    for number in range(1, BORROWERS + 1):
        person = Person(number)
        agreement = plans.in_force(lender, now, [person.document], number=number)
        rows = agreement.contents["bill"]["rows"]
        person.plan_days(
            [(r["number"], date.fromisoformat(r["due_date"]), r["payment_minor"]) for r in rows]
        )
        people.append((person, agreement))
    on = START
    while on <= END:
        for person, agreement in people:
            if on in person.todo:
                act(lender, agreement, person, on)
        day.run_day(lender_id=lender.id, on=on, now=at(on))
        on += timedelta(days=1)
    opening = ("agreement_sealed", "book_imported", "interest_recognized")
    expected: Counter[str] = Counter()
    for person, agreement in people:
        naive = naive_books.balances(person.document, person.happened, END)
        expected.update(naive)
        booked = _balances(
            Posting.objects.filter(entry__agreement_id=agreement.id).exclude(
                entry__template__in=opening, account__in=["1101", "1102", "1103", "1104"]
            )
        )
        assert booked == {k: v for k, v in naive.items() if v}, (person.number, person.manner)
    whole = _balances(Posting.objects.all())
    assert sum(whole.values()) == 0
    assert {k: v for k, v in whole.items() if k in expected} == {
        k: v for k, v in expected.items() if v
    }
    assert Plan.objects.filter(standing="completed").exists()


def _balances(postings):
    sums = postings.values("account").annotate(total=Sum("amount_minor")).order_by("account")
    return {row["account"]: row["total"] for row in sums if row["total"]}
