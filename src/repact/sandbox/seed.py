"""Filling the demo's world once: lender, products, policy, staff, the book, the peers' accounts."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import httpx
from django.conf import settings

from repact.policy import loading
from repact.sandbox import book, personas
from repact.server.audit import actor
from repact.server.clock import ports
from repact.server.clock import queries as clock_queries
from repact.server.lenders import actions as lender_actions
from repact.server.lenders.models import Lender
from repact.server.loans import imports
from repact.server.loans.models import Loan
from repact.server.notices import recalls
from repact.server.people import actions as people_actions
from repact.server.policies import actions as policy_actions
from repact.server.tenancy import scope

SEED = 20261124
SLUG = "demo"
BATCH = 1000
_POLICY = "demo-consumer-finance.yaml"


class NotADemoError(Exception):
    """The database holds a lender that is not a demo."""


def fill(*, loans: int, peers: bool = True) -> Lender:
    """Make sure that everything the demo needs is there; a second time changes nothing.

    Raises NotADemoError rather than touching a real lender's database.
    """
    if Lender.objects.filter(is_demo=False).exists():
        raise NotADemoError
    lender = _lender()
    with scope.acting_for(lender.id):
        now = clock_queries.business_now(lender_id=lender.id)
        _policy_and_products(lender, now)
        _staff(lender, now)
        if not Loan.objects.exists():
            _book(lender, now, loans)
        if peers:
            tell_peers()
            _connect(lender, now)
    return lender


def _lender() -> Lender:
    lender, _ = Lender.objects.get_or_create(
        slug=SLUG,
        defaults={
            "name_zh": book.CREDITOR,
            "name_en": "Sample Consumer Finance",
            "address_zh": "示例市示例路 1 号",
            "address_en": "1 Sample Road, Sampletown",
            "complaint_phone": "000-0000-0000",
            "help_phone": "000-0000-0000",
            "is_demo": True,
        },
    )
    return lender


def policy_text() -> str:
    """The sample policy, beside the package in a checkout."""
    return (Path(__file__).resolve().parents[3] / "policies" / _POLICY).read_text(encoding="utf-8")


def _policy_and_products(lender: Lender, now: datetime) -> None:
    by = actor.system(lender.id)
    version = policy_actions.publish(by=by, text=policy_text(), now=now)
    for product in loading.parse(version.text).policy.products:
        lender_actions.register_product(
            by=by,
            code=product.code,
            name_zh=product.name["zh"],
            name_en=product.name["en"],
            keeper=product.keeper,
            now=now,
        )


def _staff(lender: Lender, now: datetime) -> None:
    for persona in personas.STAFF:
        people_actions.register_staff(
            by=actor.system(lender.id),
            email=persona.email,
            name_zh=persona.name_zh,
            name_en=persona.name_en,
            role=persona.role,
            password=ports.token(),
            now=now,
        )


def _book(lender: Lender, now: datetime, loans: int) -> None:
    on = clock_queries.business_date(now=now, zone=lender.zone)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "book.csv"
        book.write_csv(path, _rows(on, loans))
        imports.import_book(
            by=actor.system(lender.id), path=path, all_or_nothing=True, now=now, on=on
        )


def _rows(on: date, loans: int) -> Iterable[book.LoanRow]:
    return itertools.chain(personas.rows(on=on), book.generate(seed=SEED, count=loans, on=on))


def tell_peers() -> None:
    """Open the personas' wallets and tell the core which loans there are."""
    accounts = [
        {
            "account": persona.wallet_account,
            "holder": persona.name_en if persona.language == "en" else persona.name_zh,
            "balance_minor": persona.balance_minor,
            "currency": "CNY",
            "language": "en" if persona.language == "en" else "zh",
        }
        for persona in personas.BORROWERS
    ]
    _post(settings.REPACT_WALLET_URL, settings.REPACT_WALLET_KEY, "accounts", accounts=accounts)
    refs = list(Loan.objects.order_by("ref").values_list("ref", flat=True))
    for start in range(0, len(refs), BATCH):
        batch = refs[start : start + BATCH]
        _post(settings.REPACT_CORE_URL, settings.REPACT_CORE_KEY, "loans", loan_refs=batch)


def _connect(lender: Lender, now: datetime) -> None:
    """Tell the wallet where its events go, and place the personas' debts with an agency."""
    for secret in settings.REPACT_WALLET_WEBHOOK_SECRETS[:1]:
        address = f"{settings.REPACT_SITE_URL}/api/v1/webhooks/wallet"
        wallet_key = settings.REPACT_WALLET_KEY
        _post(
            settings.REPACT_WALLET_URL, wallet_key, "webhook-endpoint", url=address, secret=secret
        )
    by = actor.system(lender.id)
    for code in settings.REPACT_AGENCY_KEYS:
        url = os.environ["REPACT_AGENCY_URL"]
        recalls.register_agency(by=by, code=code, name="示例催收服务", url=url, now=now)
        accounts = [persona.wallet_account for persona in personas.BORROWERS]
        free = Loan.objects.filter(
            borrower__wallet_account__in=accounts, state="open", holds=None, placements=None
        )
        refs = list(free.values_list("ref", flat=True))
        if refs:
            recalls.place(by=by, agency_code=code, loan_refs=refs, now=now)


def _post(url: str, key: str, path: str, /, **body: object) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    httpx.post(f"{url}/api/{path}", json=body, headers=headers, timeout=30).raise_for_status()
