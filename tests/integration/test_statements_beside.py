"""A bank's file is posted beside other people's payments, and goes on where it was cut off."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from threading import Event as Flag

import pytest
from django.db import IntegrityError, connection
from procrastinate.contrib.django import app as jobs
from procrastinate.contrib.django.models import ProcrastinateJob

from repact.ledger import chart
from repact.server.books.models import Posting
from repact.server.clock import ports
from repact.server.reconciliation import comparing
from repact.server.reconciliation.comparing import Compared
from repact.server.repayments import batch
from repact.server.repayments.models import Payment, Suspense
from repact.server.statements import actions, queries
from repact.server.statements.models import Line, Statement
from repact.server.tenancy import scope
from tests.integration.plans import DUE, at
from tests.integration.test_statements import ACCOUNT, COLUMNS, sheet
from tests.integration.test_statements_large import line
from tests.integration.world import At, at_once

pytestmark = pytest.mark.django_db(transaction=True)
TASK = "jobs.finish_statement"


def beside(work, lender_id):
    """A thread that works on a connection of its own; its future."""

    def run():
        try:
            with scope.acting_for(lender_id):
                return work()
        finally:
            connection.close()

    pool = ThreadPoolExecutor(1)
    made = pool.submit(copy_context().run, run)
    pool.shutdown(wait=False)
    return made


def finish():
    """Do the job that finishes statements, as a worker does."""
    with ports.using(At(at(DUE))):
        for job in ProcrastinateJob.objects.filter(task_name=TASK):
            jobs.tasks[TASK](**job.args)


def cash():
    lines = Posting.objects.filter(account=chart.BANK_CLEARING)
    return sum(lines.values_list("amount_minor", flat=True))


@pytest.fixture
def take(system, monkeypatch):
    monkeypatch.setattr(batch, "AT_ONCE", 1)
    actions.set_mapping(by=system, account=ACCOUNT, body=COLUMNS, now=at(DUE))
    return lambda raw: actions.take_in(by=system, account=ACCOUNT, kind="csv", raw=raw, now=at(DUE))


@pytest.fixture
def held(monkeypatch):
    """A file whose second chunk waits to be let go: a flag that it waits, and one to let it go."""
    waits, go, calls = Flag(), Flag(), []
    post = batch.post_payments

    def post_payments(**said):
        calls.append(said)
        if len(calls) == 2:
            waits.set()
            assert go.wait(30)
        return post(**said)

    monkeypatch.setattr(batch, "post_payments", post_payments)
    yield waits, go
    go.set()


@pytest.fixture
def cut(monkeypatch):
    """A file that is cut off at its third chunk, until it is mended."""
    calls, post = [], batch.post_payments
    mended = Flag()

    def post_payments(**said):
        calls.append(said)
        if len(calls) > 2 and not mended.is_set():
            raise ConnectionError("planted")
        return post(**said)

    monkeypatch.setattr(batch, "post_payments", post_payments)
    return mended


@pytest.fixture
def plans_of_it(sign):
    return sorted((sign() for _ in range(4)), key=lambda one: one.agreement.id)


@pytest.fixture
def file(plans_of_it):
    """Two lines for each plan, one that nobody knows, one that is no money, one that went out."""
    rows = [line(5_000 + n, one.agreement.reference) for one in plans_of_it for n in (1, 2)]
    too_large = line(10**12, plans_of_it[0].agreement.reference)
    return sheet(*rows, line(700, "HELLO"), too_large, line(0, "rent", went="3.00"))


class TestAFile:
    def test_holds_up_nobody_whose_line_is_posted(self, lender, take, sign, held, monkeypatch):
        monkeypatch.setattr("repact.server.tenancy.lanes.LANES", 1)
        first, last = sorted((sign() for _ in range(2)), key=lambda one: one.agreement.id)
        waits, go = held
        rows = [line(5_000, one.agreement.reference) for one in (first, last)]
        report = beside(lambda: take(sheet(*rows)), lender.id)
        assert waits.wait(30)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 1000")
        first.pay(1_000, DUE, source="own")
        assert queries.outcome(Statement.objects.get().id).unposted == 1
        go.set()
        assert report.result(30).posted == 2
        assert Payment.objects.filter(agreement=first.agreement).count() == 2

    def test_is_whole_over_two_connections(self, take, file, plans_of_it):
        report = take(file)
        assert (report.posted, report.suspense, report.outgoing) == (8, 1, 1)
        assert [(one.number, one.code) for one in report.bad] == [(12, "repayments.too_large")]
        assert report.unposted == 0
        for one in plans_of_it:
            paid = Payment.objects.filter(agreement=one.agreement).order_by("id")
            assert list(paid.values_list("amount_minor", flat=True)) == [5_001, 5_002]
        assert cash() == 4 * 10_003 + 700

    @pytest.mark.parametrize("how", ["job", "again"])
    def test_that_was_cut_off_is_finished_once(self, take, file, cut, how):
        with pytest.raises(ConnectionError):
            take(file)
        found = queries.outcome(Statement.objects.get().id)
        posted = Payment.objects.count()
        assert found.posted == posted > 0
        assert found.unposted == 10 - posted
        differ = list(comparing.outside([], on=DUE, compared=Compared()))
        assert [one.cause for one in differ] == ["not_posted_yet"] * found.unposted
        cut.set()
        if how == "job":
            finish()
        else:
            report = take(file)
            assert (report.posted, report.suspense, report.known) == (8 - posted, 1, 1 + posted)
            assert [one.code for one in report.bad] == ["repayments.too_large"]
        found = queries.outcome(found.statement.id)
        assert (found.posted, found.suspense, found.outgoing, found.unposted) == (8, 1, 1, 0)
        assert [one["number"] for one in found.statement.bad] == [12]
        again = take(file)
        assert (again.posted, again.suspense, again.known) == (0, 0, 11)
        finish()
        assert (Payment.objects.count(), Suspense.objects.count()) == (8, 1)
        assert cash() == 4 * 10_003 + 700
        assert not list(comparing.outside([], on=DUE, compared=Compared()))

    def test_that_somebody_is_at_is_left_to_them(self, lender, take, file, held):
        waits, go = held
        report = beside(lambda: take(file), lender.id)
        assert waits.wait(30)
        assert take(file).unposted > 0
        (job,) = ProcrastinateJob.objects.filter(task_name=TASK)
        jobs.tasks[TASK](**job.args)
        later = ProcrastinateJob.objects.filter(task_name=TASK).exclude(id=job.id).get()
        assert (later.args, later.scheduled_at is not None) == (job.args, True)
        go.set()
        assert report.result(30).posted == 8
        finish()
        assert Payment.objects.count() == 8
        assert ProcrastinateJob.objects.filter(task_name=TASK).count() == 2

    def test_given_at_once_by_five_is_posted_once(self, lender, take, plans_of_it):
        for round_ in range(5):
            rows = [line(100 + round_, one.agreement.reference) for one in plans_of_it]
            made = at_once(5, lender.id, lambda rows=rows: take(sheet(*rows)))
            assert sum(one.posted for one in made) == 4, made
        assert Payment.objects.count() == 20


class TestALine:
    def test_keeps_no_name_once_it_is_posted(self, take, file):
        take(file)
        assert not Line.objects.exclude(payer_index="").exists()
        with pytest.raises(IntegrityError, match="statements_line_unposted"):
            Line.objects.filter(state="posted").update(payer_index="a")

    def test_that_went_out_never_waits_to_be_posted(self, take, file):
        take(file)
        with pytest.raises(IntegrityError, match="statements_line_unposted"):
            Line.objects.filter(state="outgoing").update(state="unposted")
