"""Steps of signing that several tests take."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
from django.conf import settings

from repact.server.agreements import actions as agreement_actions
from repact.server.agreements import queries as agreement_queries
from repact.server.agreements.actions import drafts
from repact.server.agreements.actions.drafts import NamedSigner
from repact.server.agreements.documents import parties
from repact.server.agreements.models import Agreement
from repact.server.agreements.signing import verification
from repact.server.cases import actions as case_actions
from repact.server.clock import ports
from repact.server.loans import queries as loan_queries
from repact.server.offers import actions as offer_actions
from repact.server.reviews import actions as review_actions
from tests.integration.world import ANSWERS, At, run_jobs


def guarantor(agreement, **changed):
    """Zhao Lei guarantees half, and is reached at his own wallet."""
    said = agreement_queries.contents(agreement)
    liability = parties.Liability(
        kind="up_to", loan_refs=(said.debts[0].loan_ref,), amount_minor=500_000
    )
    party = {"role": "guarantor", "name": "赵磊", "id_number_masked": "999**********0002"}
    signer = parties.Signer(**party, liability=liability)
    return NamedSigner(**{"party": signer, "account": "demo-zhaolei", **changed})


def named(world, agreement, *signers):
    return agreement_actions.name_signers(
        by=world.staff("supervisor"), agreement_id=agreement.id, signers=signers, now=world.now
    )


def newest(account):
    page = httpx.get(f"{settings.REPACT_WALLET_URL}/u/{account}").text
    return page.split("<li>")[1]


def signed(world, by, agreement):
    """Signed by the borrower; jobs not yet run."""
    world.read(by, agreement)
    return world.sign(by, agreement, world.code(by, agreement))


def sign_by_link(world, token):
    system = world.system
    with ports.using(At(world.now - timedelta(seconds=60))):
        agreement_actions.open_by_link(by=system, token=token, now=world.now)
    agreement_actions.confirm_by_link(by=system, token=token, now=world.now)
    agreement_actions.request_code_by_link(by=system, token=token, now=world.now)
    code = re.findall(r"(?<!\d)\d{6}(?!\d)", newest("demo-zhaolei"))[0]
    return agreement_actions.sign_by_link(
        by=system, token=token, code=code, consent=True, device="test", now=world.now
    )


def verified(agreement):
    pdf = agreement_queries.pdf(agreement)
    later = ports.now() + timedelta(days=1)
    return verification.verify(pdf, roots=agreement_queries.roots(), at=later)


def cooling(world, by, days=14):
    """A plan in force whose text gives days to take it back."""
    agreement = world.drafted(by)
    drafts.rewrite(agreement, cooling_off_days=days)
    signed(world, by, agreement)
    run_jobs()
    return Agreement.objects.get(id=agreement.id)


def renegotiated(world, by, running):
    """A second case that names the running agreement, up to its draft."""
    loans = [loan.id for loan in loan_queries.in_plan_of_borrower(by.id)]
    case = case_actions.open(
        by=by,
        loan_ids=loans,
        language="zh-hans",
        now=world.now,
        running_agreement_id=running.id,
    )
    for screen, answers in ANSWERS.items():
        case_actions.save_answers(
            by=by, case_id=case.id, screen=screen, answers=answers, now=world.now
        )
    case_actions.submit(by=by, case_id=case.id, now=world.now)
    boss = world.staff("supervisor")
    review_actions.take(by=boss, case_id=case.id, now=world.now)
    made = offer_actions.prepare(by=boss, case_id=case.id, now=world.now)
    sent = offer_actions.send(by=boss, set_id=made.id, message="", now=world.now)
    return world.accept(by, sent.offers_in_order[0])
