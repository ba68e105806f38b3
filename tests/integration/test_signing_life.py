"""Several signers in order, services that are away, and every way an agreement can end."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from datetime import date, timedelta

import httpx
import pytest
from asn1crypto import x509
from django.db import IntegrityError, transaction

from repact.server.agreements import actions as agreement_actions
from repact.server.agreements import authority
from repact.server.agreements import queries as agreement_queries
from repact.server.agreements.errors import AgreementError
from repact.server.agreements.models import Agreement, Document, Signature, SigningRecord
from repact.server.agreements.signing import verification
from repact.server.audit.models import Event
from repact.server.clock import ports
from repact.server.people.models import Borrower
from tests.conftest import KEY
from tests.integration.signing import (
    cooling,
    guarantor,
    named,
    newest,
    renegotiated,
    sign_by_link,
    signed,
    verified,
)
from tests.integration.world import At, at_once, run_jobs

HEADERS = {"Authorization": f"Bearer {KEY}"}


@pytest.fixture
def by(world):
    return world.borrower()


@pytest.fixture
def agreement(world, by):
    return world.drafted(by)


class TestSeveralSigners:
    def test_sign_in_order_and_the_plan_waits_for_all(self, world, by, agreement):
        named(world, agreement, guarantor(agreement))
        signed(world, by, agreement)
        assert "jobs.invite_signer" in run_jobs()
        assert Agreement.objects.get().state == "signed_by_borrower"
        token = re.findall(r"/sign/([0-9a-f]{64})/", newest("demo-zhaolei"))[0]
        sign_by_link(world, token)
        run_jobs()
        sealed = Agreement.objects.get()
        assert sealed.state == "in_force"
        found = verified(sealed)
        assert found.problems == []
        assert found.signers == ["Borrower", "Guarantor2", "Lender"]
        assert Document.objects.count() == 4

    def test_each_answer_for_their_own_in_a_record_of_their_own(self, world, by, agreement):
        named(world, agreement, guarantor(agreement))
        signed(world, by, agreement)
        token = agreement_actions.invite(by=world.system, agreement_id=agreement.id, now=world.now)
        sign_by_link(world, token)
        first, second = agreement_queries.evidence(Agreement.objects.get())
        assert first.evidence["role"] == "borrower"
        assert second.evidence["liability"]["amount_minor"] == 500_000
        assert second.evidence["document_sha256"] == Document.objects.get(revision=2).pdf_sha256

    def test_wait_for_their_turn(self, world, by, agreement):
        named(world, agreement, guarantor(agreement))
        token = agreement_actions.invite(by=world.system, agreement_id=agreement.id, now=world.now)
        agreement_actions.open_by_link(by=world.system, token=token, now=world.now)
        with pytest.raises(AgreementError, match="wrong_state"):
            agreement_actions.request_code_by_link(by=world.system, token=token, now=world.now)

    def test_cannot_sign_out_of_order_in_the_database(self, world, agreement):
        named(world, agreement, guarantor(agreement))
        with pytest.raises(IntegrityError), transaction.atomic():
            Signature.objects.filter(number=2).update(state="agreed", agreed_at=world.now)

    def test_cannot_be_left_out_in_the_database(self, world, by, agreement):
        named(world, agreement, guarantor(agreement))
        signed(world, by, agreement)
        with pytest.raises(IntegrityError), transaction.atomic():
            Agreement.objects.update(state="sealed", sealed_at=world.now)
        with pytest.raises(IntegrityError), transaction.atomic():
            Signature.objects.filter(number=2).delete()
        with pytest.raises(AgreementError, match="waits_for_signer"):
            agreement_actions.seal(by=world.system, agreement_id=agreement.id, now=world.now)

    def test_are_named_before_anybody_reads(self, world, by, agreement):
        world.read(by, agreement)
        named(world, agreement, guarantor(agreement))
        with pytest.raises(AgreementError, match="not_read"):
            world.code(by, agreement)

    def test_are_named_while_it_is_a_draft(self, world, by, agreement):
        world.read(by, agreement)
        world.code(by, agreement)
        with pytest.raises(AgreementError, match="wrong_state"):
            named(world, agreement, guarantor(agreement))

    def test_have_accounts_of_their_own(self, world, by, agreement):
        own = Borrower.objects.get(id=by.id).wallet_account
        with pytest.raises(AgreementError, match="same_account"):
            named(world, agreement, guarantor(agreement, account=own))

    def test_have_links_that_end(self, world, agreement):
        named(world, agreement, guarantor(agreement))
        token = agreement_actions.invite(by=world.system, agreement_id=agreement.id, now=world.now)
        assert token not in str(Signature.objects.get(number=2).__dict__)
        with (
            ports.using(At(world.now + timedelta(days=15))),
            pytest.raises(AgreementError, match="not_found"),
        ):
            agreement_actions.open_by_link(by=world.system, token=token, now=world.now)


@pytest.fixture
def trust(tmp_path_factory, settings):
    """A timestamp service of its own, configured."""
    command = [sys.executable, "-m", "repact.sandbox.trust", "--port", "0"]
    command += ["--data", str(tmp_path_factory.mktemp("trust"))]
    environment = {**os.environ, "REPACT_TRUST_KEY": KEY}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        address = process.stdout.readline().split()[-1]
        settings.REPACT_TSA_URL, settings.REPACT_TSA_KEY = f"{address}/api/timestamps", KEY
        yield address
        process.terminate()
        assert process.wait(5) == 0


class TestATimestampServiceThatIsDown:
    @pytest.fixture(autouse=True)
    def _real_time(self, world):
        """The service has the machine's clock, so this test lives in it too."""
        with ports.using(ports.MachinePorts()):
            yield

    def test_makes_signing_wait_and_loses_nothing(self, world, by, agreement, trust):
        world.now = ports.now()
        Agreement.objects.update(drafted_at=world.now)
        body = {"kind": "down", "path": "/api/timestamps"}
        httpx.post(f"{trust}/api/faults", json=body, headers=HEADERS).raise_for_status()
        signed(world, by, agreement)
        waiting = Signature.objects.get()
        assert (waiting.state, Agreement.objects.get().state) == ("agreed", "ready")
        assert SigningRecord.objects.count() == 1
        with pytest.raises(AgreementError, match="authority_away"):
            agreement_actions.finish_signing(
                by=world.system, agreement_id=agreement.id, now=world.now
            )
        httpx.delete(f"{trust}/api/faults", headers=HEADERS).raise_for_status()
        run_jobs()
        sealed = Agreement.objects.get()
        assert sealed.state == "in_force"
        remote_root = httpx.get(f"{trust}/api/roots", headers=HEADERS).json()["roots"][0]
        root = x509.Certificate.load(base64.b64decode(remote_root))
        found = verification.verify(
            agreement_queries.pdf(sealed),
            roots=[*agreement_queries.roots(), root],
            at=ports.now() + timedelta(days=1),
        )
        assert found.problems == []


class TestARecord:
    def test_is_sealed(self, world, by):
        agreement = world.in_force(by)
        (record,) = agreement_queries.evidence(agreement)
        assert record.evidence["level"] == "agreed"
        assert record.evidence["demo"] is True

    def test_that_was_changed_is_seen(self, world, by):
        agreement = world.in_force(by)
        record = SigningRecord.objects.get()
        record.evidence["consent"] = "nothing"
        with pytest.raises(AgreementError, match="evidence_differs"):
            agreement_queries.sealed_evidence.assert_sealed(
                record.evidence,
                bytes(record.seal),
                roots=authority.local().roots(),
                at=ports.now(),
            )
        assert agreement.state == "in_force"


class TestWhatIsCharged:
    def test_is_what_was_signed(self, world, by):
        agreement = world.in_force(by)
        rows = agreement_queries.contents(agreement).debts[0].result["rows"]
        charged = [{"due_date": r["due_date"], "payment_minor": r["payment_minor"]} for r in rows]
        agreement_queries.assert_charged_is_signed(agreement, charged={0: charged})
        charged[3]["payment_minor"] += 1
        with pytest.raises(AgreementError, match="charged_differs"):
            agreement_queries.assert_charged_is_signed(agreement, charged={0: charged})
        with pytest.raises(AgreementError, match="charged_differs"):
            agreement_queries.assert_charged_is_signed(agreement, charged={1: charged})
        with pytest.raises(AgreementError, match="charged_differs"):
            agreement_queries.assert_charged_is_signed(agreement, charged={0: charged[:-1]})

    @pytest.mark.parametrize("where", ["contents", "schedule", "rows"])
    def test_that_is_not_is_refused(self, world, by, where):
        agreement = world.in_force(by)
        if where == "schedule":
            agreement.schedule_sha256 = "0" * 64
        else:
            agreement.contents["debts"][0]["result"]["rows"][0]["payment_minor"] += 1
        with pytest.raises(AgreementError, match="charged_differs"):
            agreement_queries.assert_charged_is_signed(agreement)

    def test_cannot_be_changed_in_the_database(self, world, by):
        agreement = world.in_force(by)
        agreement.contents["installment_minor"] += 1
        with pytest.raises(IntegrityError), transaction.atomic():
            agreement.save()


class TestAnEnd:
    def test_by_withdrawal_comes_within_its_days(self, world, by):
        agreement = cooling(world, by)
        last = date(2026, 12, 8)
        assert agreement_queries.withdraw_until(agreement) == last
        late = world.now + timedelta(days=15)
        with pytest.raises(AgreementError, match="cooling_off_over"):
            agreement_actions.withdraw(by=by, agreement_id=agreement.id, now=late)
        in_time = world.now + timedelta(days=14)
        done = agreement_actions.withdraw(by=by, agreement_id=agreement.id, now=in_time)
        assert done.state == "withdrawn"
        again = agreement_actions.withdraw(by=by, agreement_id=agreement.id, now=late)
        assert again.ended_at == done.ended_at
        facts = Event.objects.get(action="agreements.withdraw").facts
        assert facts["credit_record"] == "plan_withdrawn"

    def test_by_withdrawal_is_the_borrowers_own(self, world, by):
        agreement = cooling(world, by)
        with pytest.raises(AgreementError, match="not_found"):
            agreement_actions.withdraw(
                by=world.borrower("zhaolei"), agreement_id=agreement.id, now=world.now
            )

    def test_without_cooling_off_days_does_not_come_by_withdrawal(self, world, by):
        agreement = cooling(world, by, days=0)
        with pytest.raises(AgreementError, match="cooling_off_over"):
            agreement_actions.withdraw(by=by, agreement_id=agreement.id, now=world.now)

    def test_by_breach_can_be_made_good(self, world, by):
        agreement = world.in_force(by)
        for act, state in (("breach", "breached"), ("reinstate", "in_force")):
            for _ in range(2):
                done = getattr(agreement_actions, act)(
                    by=world.system, agreement_id=agreement.id, now=world.now
                )
                assert done.state == state

    def test_before_sealing_is_void(self, world, by, agreement):
        done = agreement_actions.void(by=by, agreement_id=agreement.id, now=world.now)
        assert done.state == "void"
        with pytest.raises(AgreementError, match="wrong_state"):
            agreement_actions.complete(by=world.system, agreement_id=agreement.id, now=world.now)

    @pytest.mark.parametrize("state", ["ready", "signed_by_borrower", "draft", "void", "withdrawn"])
    def test_is_no_way_back_in_the_database(self, world, by, state):
        agreement = world.in_force(by)
        agreement_actions.complete(by=world.system, agreement_id=agreement.id, now=world.now)
        with pytest.raises(IntegrityError), transaction.atomic():
            Agreement.objects.update(state=state)


class TestACode:
    def test_is_for_one_document_only(self, world, by, agreement):
        other = world.borrower("zhaolei")
        theirs = world.drafted(other)
        for who, what in ((by, agreement), (other, theirs)):
            world.read(who, what)
        foreign = world.code(other, theirs)
        if world.code(by, agreement) != foreign:
            with pytest.raises(AgreementError, match="code_wrong"):
                world.sign(by, agreement, foreign)

    def test_that_was_used_signs_no_other_agreement(self, world, by, agreement):
        world.read(by, agreement)
        used = world.code(by, agreement)
        world.sign(by, agreement, used)
        run_jobs()
        new = renegotiated(world, by, Agreement.objects.get(id=agreement.id))
        world.read(by, new)
        with pytest.raises(AgreementError, match="code_expired"):
            world.sign(by, new, used)
        if world.code(by, new) != used:
            with pytest.raises(AgreementError, match="code_wrong"):
                world.sign(by, new, used)
        assert Agreement.objects.get(id=new.id).state == "ready"

    def test_comes_too_late_when_the_offer_is_long_over(self, world, by, agreement):
        world.read(by, agreement)
        world.now = agreement_queries.sign_until(agreement)
        with pytest.raises(AgreementError, match="too_late"):
            agreement_actions.request_code(by=by, agreement_id=agreement.id, now=world.now)


class TestASharedLink:
    def share(self, world, by, agreement, **changed):
        wish = {"reader": "court", "days": 7, "uses": 2, **changed}
        return agreement_actions.share(by=by, agreement_id=agreement.id, now=world.now, **wish)

    def test_opens_as_often_as_it_says(self, world, by):
        agreement = world.in_force(by)
        token = self.share(world, by, agreement)
        for left in (1, 0):
            row = agreement_actions.open_share(by=world.system, token=token, now=world.now)
            assert (row.agreement_id, row.uses_left) == (agreement.id, left)
        with pytest.raises(AgreementError, match="share_over"):
            agreement_actions.open_share(by=world.system, token=token, now=world.now)
        assert Event.objects.filter(action="agreements.open_share").count() == 2

    def test_ends_by_time_or_by_its_maker(self, world, by):
        agreement = world.in_force(by)
        token = self.share(world, by, agreement)
        with (
            ports.using(At(world.now + timedelta(days=8))),
            pytest.raises(AgreementError, match="share_over"),
        ):
            agreement_actions.open_share(by=world.system, token=token, now=world.now)
        (row,) = agreement_queries.shares(agreement)
        for _ in range(2):
            agreement_actions.revoke_share(
                by=by, agreement_id=agreement.id, share_id=row.id, now=world.now
            )
        with pytest.raises(AgreementError, match="share_over"):
            agreement_actions.open_share(by=world.system, token=token, now=world.now)

    @pytest.mark.parametrize("wrong", [{"days": 31}, {"uses": 0}, {"reader": "press"}])
    def test_has_limits(self, world, by, wrong):
        agreement = world.in_force(by)
        with pytest.raises(AgreementError, match="share_limits"):
            self.share(world, by, agreement, **wrong)

    def test_is_kept_only_as_a_hash(self, world, by):
        agreement = world.in_force(by)
        token = self.share(world, by, agreement)
        (row,) = agreement_queries.shares(agreement)
        assert token not in str(row.__dict__)

    @pytest.mark.django_db(transaction=True)
    def test_used_at_once_is_counted_right(self, world, by):
        agreement = world.in_force(by)
        token = self.share(world, by, agreement, uses=3)
        outcomes = at_once(
            8,
            world.lender.id,
            lambda: agreement_actions.open_share(by=world.system, token=token, now=world.now),
        )
        assert sum(not isinstance(outcome, Exception) for outcome in outcomes) == 3


class TestChecksFromOneAddress:
    def test_are_counted_by_the_hour(self, world):
        def visit(address):
            agreement_actions.count_visit(by=world.system, address=address, now=world.now)

        for _ in range(30):
            visit("192.0.2.1")
        with pytest.raises(AgreementError, match="too_many_checks"):
            visit("192.0.2.1")
        visit("192.0.2.2")
