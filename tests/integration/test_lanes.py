"""Work over two connections: the same outcome as over one, in whatever order they come."""

from __future__ import annotations

from threading import Barrier
from threading import Event as Flag
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from repact.server.books.models import Posting
from repact.server.repayments import batch
from repact.server.repayments.batch import Arrival
from repact.server.repayments.models import Payment
from repact.server.tenancy import lanes
from tests.integration.plans import DUE, alive, at
from tests.integration.test_settlement_file import outcome, rows_for
from tests.integration.world import at_once

PLANS, ROUNDS = 8, 5


@pytest.mark.django_db(transaction=True)
class TestLanes:
    def test_go_at_the_same_time_on_connections_of_their_own(self, lender):
        met, seen = Barrier(2), []

        def step():
            met.wait(10)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                seen.append(cursor.fetchone()[0])
            return len(seen)

        assert sorted(lanes.run([[step, step], [step, step]])) == [1, 2, 3, 4]
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            assert cursor.fetchone()[0] not in seen
            assert len(set(seen)) == 2

    def test_are_one_after_the_other_within_a_transaction(self):
        done = []
        with transaction.atomic():
            lanes.run([[lambda n=n: done.append(n) for n in some] for some in ((1, 2), (3, 4))])
        assert done == [1, 2, 3, 4]

    def test_end_with_the_step_they_are_at_when_another_fails(self):
        done, failed = [], Flag()

        def fail():
            failed.set()
            raise ValueError("planted")

        def last():
            assert failed.wait(10)
            done.append("last")

        def walks():
            yield last
            while True:  # for ever, unless it is stopped
                yield lambda: None

        with pytest.raises(ValueError, match="planted"):
            lanes.run([walks(), [fail, lambda: done.append("never")]])
        assert done == ["last"]

    def test_share_by_key_in_order(self):
        things = [(UUID(int=key), n) for n in range(5) for key in (1, 2)]
        made = lanes.share(things, key=lambda one: one[0], few=1)
        assert made == [things[1::2], things[::2]]
        assert lanes.share(things, key=lambda one: one[0], few=10) == [things]


@pytest.mark.django_db(transaction=True)
class TestAFile:
    @pytest.fixture(autouse=True)
    def _small(self, monkeypatch):
        monkeypatch.setattr(batch, "AT_ONCE", 2)

    def test_over_two_connections_is_as_over_one(self, sign, monkeypatch):
        for seed in range(ROUNDS):
            over_two = [sign(principal=600_000 + n) for n in range(PLANS)]
            over_one = [sign(principal=600_000 + n) for n in range(PLANS)]
            pairs = zip(over_two, over_one, strict=True)
            twins = {a.agreement.id: b.agreement.id for a, b in pairs}
            rows = rows_for(over_two, seed) + self.again(over_two, seed)
            made = batch.post_file(by=over_two[0].system, rows=rows, now=at(DUE))
            with monkeypatch.context() as patch:
                patch.setattr(lanes, "LANES", 1)
                same = [
                    Arrival(
                        twins.get(row.agreement_id),
                        f"t{row.source}",
                        row.amount_minor,
                        row.currency,
                        row.value_date,
                        row.said,
                    )
                    for row in rows
                ]
                one = batch.post_file(by=over_two[0].system, rows=same, now=at(DUE))
            assert outcome(over_two) == outcome(over_one)
            assert (made.posted, made.suspended, made.repeated) == (
                one.posted,
                one.suspended,
                one.repeated,
            )
            assert sorted(code for _, code in made.refused) == sorted(
                code for _, code in one.refused
            )

    def again(self, hands, seed):
        """Several rows of each plan whose order tells, and one source for two plans."""
        rows = [
            Arrival(one.agreement.id, f"a{seed}:{n}:{k}", 700 + 31 * k, "CNY", DUE)
            for k in range(4)
            for n, one in enumerate(hands)
        ]
        same = [Arrival(one.agreement.id, f"same{seed}", 900, "CNY", DUE) for one in hands]
        return [*rows, *same]

    def test_goes_beside_what_its_borrowers_pay_themselves(self, lender, sign):
        hands = [sign(principal=900_000 + n) for n in range(4)]
        for round_ in range(ROUNDS):
            rows = [
                Arrival(one.agreement.id, f"file{round_}:{k}:{n}", 1_000 + k, "CNY", DUE)
                for k in range(3)
                for n, one in enumerate(hands)
            ]
            own = iter(range(3))

            def work(rows=rows, own=own, round_=round_):
                turn = next(own)
                if turn == 0:
                    return batch.post_file(by=hands[0].system, rows=rows, now=at(DUE))
                some = hands if turn == 1 else hands[::-1]
                return [
                    one.pay(500 + turn, DUE, source=f"own{round_}:{turn}:{one.agreement.id}")
                    for one in some
                ]

            made = at_once(3, lender.id, work)
            assert not [one for one in made if isinstance(one, Exception)]
        for one in hands:
            alive(one.agreement, DUE)
            paid = Payment.objects.filter(agreement=one.agreement)
            assert paid.count() == ROUNDS * 5
            assert paid.aggregate(all=Sum("amount_minor"))["all"] == ROUNDS * (3_003 + 1_003)
        cash = Posting.objects.filter(account="1001").aggregate(all=Sum("amount_minor"))["all"]
        assert cash == ROUNDS * len(hands) * 4_006

    def test_given_twice_at_once_is_posted_once(self, lender, sign):
        hands = [sign(principal=900_000 + n) for n in range(4)]
        for round_ in range(ROUNDS):
            rows = [
                Arrival(one.agreement.id, f"file{round_}:{n}", 1_000, "CNY", DUE)
                for n, one in enumerate(hands)
            ]
            made = at_once(
                3,
                lender.id,
                lambda rows=rows: batch.post_file(by=hands[0].system, rows=rows, now=at(DUE)),
            )
            assert sum(one.posted for one in made) == len(hands), made
        assert Payment.objects.count() == ROUNDS * len(hands)
