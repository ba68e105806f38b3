"""What is done for many plans at once comes out as if done plan by plan."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
import rfc8785
from django.db import IntegrityError, connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from repact.server.agreements.models import Agreement
from repact.server.audit import actions as audit_actions
from repact.server.audit import actor
from repact.server.audit.actions import Subject
from repact.server.audit.models import Event
from repact.server.books.models import Entry
from repact.server.clock import ports
from repact.server.loans import actions as loan_actions
from repact.server.repayments import clockwork, collecting, lives, moves, stored
from repact.server.repayments.models import Collection, DueItem, Plan
from tests.integration.plans import DUE, as_owner, at
from tests.integration.world import at_once

CONDUCT = {"grace_days": 3, "cure_days": 5, "remind_days": 3, "debit_attempts": 2}


def lived(hands):
    """What a day left behind, without names."""
    made = []
    for one in hands:
        agreement = one.agreement
        plan = Plan.objects.get(agreement=agreement)
        asked = Collection.objects.filter(agreement=agreement).order_by("requested_on")
        told = Event.objects.filter(
            subject_id__in=[agreement.id, *asked.values_list("id", flat=True)]
        ).order_by("action", "number")
        made.append(
            {
                "plan": (plan.standing, plan.due_date, plan.acted_until, plan.next_action_date),
                "asked": [
                    (one.amount_minor, one.due_item.number, one.state, one.by_mandate)
                    for one in asked
                ],
                "told": [(event.action, event.facts) for event in told],
            }
        )
    return made


class TestADay:
    @pytest.mark.parametrize("days", [-3, 0, 1, 4])
    def test_is_lived_as_if_plan_by_plan(self, sign, days):
        on = DUE + timedelta(days=days)
        singly, together = ([self.one(sign, kind) for kind in range(7)] for _ in range(2))
        for hands in (singly, together):
            due, start = hands[1].life(DUE).due_minor, DUE - timedelta(days=10)
            hands[1].pay(due, start, source=str(hands[1].agreement.id))
            moves.dispute(by=hands[2].borrower, agreement_id=hands[2].agreement.id, now=at(on))
            collecting.revoke_mandate(
                by=hands[3].borrower, agreement_id=hands[3].agreement.id, now=at(on)
            )
            collecting.pay_now(by=hands[4].borrower, agreement_id=hands[4].agreement.id, now=at(on))
            self.hold(hands[5], at(on))
        ids = [one.plan.id for one in singly]
        for plan_id in ids:
            clockwork.act_or_stop(by=singly[0].system, plan_id=plan_id, on=on, now=at(on))
        others = clockwork.act_together(
            by=together[0].system, plan_ids=[one.plan.id for one in together], on=on, now=at(on)
        )
        for plan_id in others:
            clockwork.act_or_stop(by=together[0].system, plan_id=plan_id, on=on, now=at(on))
        assert lived(singly) == lived(together)
        if days == 0:
            assert len(others) < len(together) - 2

    def test_debits_nothing_while_another_plan_is_asked_for(self, sign):
        plan, other = sign(conduct=CONDUCT), sign(conduct=CONDUCT)
        self.hold(plan, at(DUE))
        ids = [plan.plan.id, other.plan.id]
        asked = {"by": plan.system, "on": DUE, "now": at(DUE)}
        assert clockwork.act_together(plan_ids=ids, **asked) == [plan.plan.id]
        clockwork.act_or_stop(plan_id=plan.plan.id, **asked)
        assert Collection.objects.get().agreement_id == other.agreement.id

    def hold(self, plan, now):
        loan_ids = [part.loan_id for part in plan.agreement.parts.all()]
        loan_actions.hold(by=plan.system, loan_ids=loan_ids, case_id=ports.new_id(), now=now)

    def one(self, sign, kind):
        return sign(conduct=CONDUCT, principal=500_000 + kind)

    def test_leaves_a_plan_that_is_not_right_to_the_single_way(self, sign):
        plan = sign(conduct=CONDUCT)
        with as_owner():
            Agreement.objects.filter(id=plan.agreement.id).update(schedule_sha256="0" * 64)
        asked = {"by": plan.system, "plan_ids": [plan.plan.id], "on": DUE, "now": at(DUE)}
        assert clockwork.act_together(**asked) == [plan.plan.id]
        with as_owner():
            Agreement.objects.filter(id=plan.agreement.id).update(
                schedule_sha256=plan.agreement.schedule_sha256
            )
        assert clockwork.act_together(**asked) == []

    def test_that_somebody_lived_already_is_not_lived_again(self, sign):
        plan = sign(conduct=CONDUCT)
        for _ in range(2):
            assert not clockwork.act_together(
                by=plan.system, plan_ids=[plan.plan.id], on=DUE, now=at(DUE)
            )
        assert Event.objects.filter(action="repayments.act_by_clock").count() == 1
        kept = stored.many([plan.agreement.id], locked=True)[0]
        assert clockwork._Day(plan.system, DUE, at(DUE)).add(kept)
        assert Collection.objects.count() == 1


class TestInterest:
    def test_is_earned_once_however_often_the_day_is_lived(self, sign):
        hands = [sign(principal=400_000 + n) for n in range(3)]
        ids = list(DueItem.objects.filter(number=1).values_list("id", flat=True))
        asked = {"by": hands[0].system, "item_ids": ids, "now": at(DUE)}
        assert clockwork.earn_interest(**asked, on=DUE - timedelta(days=1)) == 0
        assert clockwork.earn_interest(**asked, on=DUE) == 3
        assert clockwork.earn_interest(**asked, on=DUE) == 0
        earned = Entry.objects.filter(template="interest_earned")
        assert {entry.agreement_id for entry in earned} == {one.agreement.id for one in hands}
        assert {entry.source for entry in earned} == {f"earned:{i}" for i in ids}
        assert all(entry.happened_on == DUE for entry in earned)


class TestAPlanThatIsRead:
    def test_is_what_its_rows_say(self, sign):
        plan = sign(count=4)
        plan.pay(1_234, DUE)
        (kept,) = stored.many([plan.agreement.id], locked=False)
        by_orm = Plan.objects.get(agreement=plan.agreement)
        assert kept.plan is not None
        for field in Plan._meta.concrete_fields:
            assert getattr(kept.plan, field.attname) == getattr(by_orm, field.attname)
        assert kept.agreement.contents == plan.agreement.contents
        assert kept.zone == plan.lender.zone
        for item in DueItem.objects.filter(agreement=plan.agreement):
            read = kept.items[item.part][item.number]
            for name, value in read._asdict().items():
                ours = getattr(item, name)
                assert value == (ours if isinstance(ours, int) else str(ours))
        assert len(kept.events) == 1

    def test_of_nobody_is_none(self, sign):
        sign()
        assert stored.one(ports.new_id()) is None

    def test_goes_on_from_what_it_wrote(self, sign):
        plan = sign(count=4)
        kept = stored.one(plan.agreement.id)
        life = lives.to_pay(kept, currency="CNY", value_date=DUE, on=DUE)
        assert life.items == stored.one(plan.agreement.id).items
        plan.pay(5_000, DUE)
        plan.pay(6_000, DUE)
        assert plan.life(DUE).open_minor == life.open_minor - 11_000


class TestEventsOfOneAction:
    def test_are_as_if_recorded_one_by_one(self, lender, system):
        facts = [{"amount_minor": 5, "why": "“no”"}, {"ids": ["a", 1], "x": None}, {}]
        ids = [ports.new_id() for _ in facts]
        audit_actions.record_many(
            by=system,
            action="repayments.post_payment",
            now=at(DUE),
            subjects=[Subject(i, None, one) for i, one in zip(ids, facts, strict=True)],
        )
        many = list(Event.objects.filter(subject_id__in=ids).order_by("number"))
        assert [(event.subject_id, event.facts) for event in many] == list(
            zip(ids, facts, strict=True)
        )
        single = audit_actions.record(
            by=system, action="repayments.post_payment", subject_id=lender.id, now=at(DUE), x=1
        )
        many.append(Event.objects.get(number=single.number))
        assert many[-1].id == single.id
        for event in many:
            assert bytes(event.digest) == audit_actions.digest(event)
        jobs = ProcrastinateJob.objects.order_by("id").values_list("task_name", "args")
        assert [(name, args["event_id"]) for name, args in jobs] == [
            (name, str(event.id))
            for event in many
            for name in ("jobs.tell_paid", "jobs.push_payment")
        ]
        assert {args["lender_id"] for _, args in jobs} == {str(lender.id)}

    @pytest.mark.parametrize(
        "facts", [{"a": 1, "b": "“é\n", "c": None, "d": True}, {"x": [1, {"y": 2}]}, {}]
    )
    def test_are_hashed_as_rfc_8785_says(self, system, facts):
        event = audit_actions.record(
            by=system, action="a.b", subject_id=system.lender_id, now=at(DUE), **facts
        )
        said = audit_actions._said(event)
        assert event.digest == hashlib.sha256(rfc8785.dumps(said)).digest()

    @pytest.mark.django_db(transaction=True)
    def test_find_their_jobs_by_key_on_a_connection_that_first_met_an_empty_queue(self, system):
        def work():
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("RESET ROLE; ANALYZE procrastinate_jobs; SET ROLE repact_app")
                for _ in range(20):
                    audit_actions.record(
                        by=system,
                        action="repayments.post_payment",
                        subject_id=system.lender_id,
                        now=at(DUE),
                    )
                cursor.execute(
                    "SELECT seq_tup_read FROM pg_stat_xact_user_tables"
                    " WHERE relname = 'procrastinate_jobs'"
                )
                return cursor.fetchone()[0]

        assert at_once(1, system.lender_id, work) == [0]

    def test_that_are_none_write_nothing(self, system):
        audit_actions.record_many(by=system, action="cases.move", now=at(DUE), subjects=[])
        assert not Event.objects.exists()

    def test_of_another_lender_are_refused_by_the_database(self, system):
        with pytest.raises(Exception, match="row-level security"), transaction.atomic():
            audit_actions.record(
                by=actor.system(ports.new_id()),
                action="x",
                subject_id=system.lender_id,
                now=at(DUE),
            )


class TestMoneyFromOneSource:
    @pytest.mark.parametrize("first", ["repayments_payment", "repayments_suspense"])
    def test_is_never_both_posted_and_in_suspense(self, sign, first):
        plan = sign()
        kept = plan.pay(500, DUE, source="both")
        other = plan.pay(500, DUE, source="aside", currency="USD")
        row, table, source = (
            (other, "repayments_suspense", "both")
            if first == "repayments_payment"
            else (kept, "repayments_payment", "aside")
        )
        with pytest.raises(IntegrityError, match="was received already"), transaction.atomic():
            copy = type(row).objects.get(id=row.id)
            assert copy._meta.db_table == table
            copy.id, copy.source = ports.new_id(), source
            copy.save(force_insert=True)
