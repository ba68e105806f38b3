"""Fixtures of the tests that need PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from django.conf import settings as django_settings
from django.core.management.commands import flush
from django.db import connection
from django.db.models import Sum
from django.test import Client

from repact.ledger import chart
from repact.sandbox import seed
from repact.server.audit import actor
from repact.server.books import queries as book_queries
from repact.server.books.models import Posting
from repact.server.clock import ports
from repact.server.lenders.models import Lender
from repact.server.loans import verification as loan_verification
from repact.server.pages import access
from repact.server.pages.middleware import BORROWER_SESSION
from repact.server.people.models import Staff
from repact.server.repayments.models import DueItem, Plan
from repact.server.tenancy import scope
from tests.conftest import KEY
from tests.integration import plans
from tests.integration.world import At, World, build

HEADERS = {"Authorization": f"Bearer {KEY}"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder uses the database; one that commits says `transaction=True`."""
    for item in items:
        if Path(__file__).parent in item.path.parents and not item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.django_db)


@pytest.fixture(autouse=True, scope="session")
def _flush_as_owner() -> Iterator[None]:
    """Let a transactional test be cleaned up past the walls that refuse TRUNCATE."""
    handle = flush.Command.handle

    def handle_as_owner(self: flush.Command, **options: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE; SET session_replication_role = replica")
            cursor.execute("TRUNCATE procrastinate_jobs CASCADE")
        handle(self, **options)
        connection.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush.Command, "handle", handle_as_owner)
        yield


OFF_BALANCE = """
SELECT e.currency, sum(p.amount_minor) FROM books_posting p JOIN books_entry e ON e.id = p.entry_id
    GROUP BY e.currency HAVING sum(p.amount_minor) <> 0
"""


@pytest.fixture(autouse=True)
def _trial_balance_is_zero(_django_db_helper: None) -> Iterator[None]:
    """After every test of this folder the books of all lenders add up to zero."""
    yield
    if connection.needs_rollback or connection.closed_in_transaction:
        return
    assert off_balance() == []


def off_balance() -> list[tuple[str, int]]:
    """The currencies whose postings of all lenders do not add up to zero, and by how much."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (role,) = cursor.fetchone()
        cursor.execute("RESET ROLE")
        cursor.execute(OFF_BALANCE)
        found = cursor.fetchall()
        cursor.execute(f"SET ROLE {role}")
    return list(found)


@pytest.fixture
def lender(_django_db_helper: None) -> Iterator[Lender]:
    """A lender whose rows the test sees."""
    made = Lender.objects.create(
        slug="demo",
        name_zh="示例消费金融",
        name_en="Sample Consumer Finance",
        address_zh="示例市示例路 1 号",
        address_en="1 Sample Road",
        complaint_phone="000-0000",
        is_demo=True,
    )
    with scope.acting_for(made.id):
        yield made


@pytest.fixture
def system(lender: Lender) -> actor.Actor:
    return actor.system(lender.id)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Give the tests files, keys and wallets of their own; nothing of a demo is touched."""
    var = tmp_path_factory.mktemp("var")
    django_settings.VAR, django_settings.REPACT_FILES = var, var / "files"
    django_settings.STATIC_ROOT = var / "static"
    django_settings.STATIC_ROOT.mkdir()


@pytest.fixture
def world(peers, settings, now, _django_db_helper) -> Iterator[World]:
    """The demo's lender with the personas' loans, in front of real peers."""
    settings.REPACT_WALLET_URL, settings.REPACT_CORE_URL = peers
    settings.REPACT_WALLET_KEY = settings.REPACT_CORE_KEY = KEY
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # for speed
    with ports.using(At(now)):
        made = build(now)
        with scope.acting_for(made.lender.id):
            seed.tell_peers()
            top_up = {"account": "demo-linxiaoyu", "amount_minor": 1_000_000}
            httpx.post(f"{peers[0]}/api/topups", json=top_up, headers=HEADERS).raise_for_status()
            yield made
    for url in peers:
        httpx.delete(f"{url}/api/faults", headers=HEADERS)


@pytest.fixture
def sign(lender, now, _balanced):
    """Sign a plan over these debts; numbers them apart."""
    count = iter(range(1, 1000))

    def run(*documents, **changes):
        made = documents or (plans.document(**changes),)
        return plans.Hands(lender, plans.in_force(lender, now, made, number=next(count)))

    return run


@pytest.fixture
def _balanced(lender):
    """The books add up after every test, and receivables are what loans and rows ask for."""
    yield
    assert not Posting.objects.aggregate(total=Sum("amount_minor"))["total"]
    assert list(loan_verification.breaches()) == []
    for plan in Plan.objects.filter(standing__in=("active", "breached", "completed")):
        owed = sum(item.open_minor for item in DueItem.objects.filter(agreement=plan.agreement))
        owed += sum(part.returned_minor for part in plan.agreement.parts.all())
        if plan.agreement.parts.exclude(loan__written_off_on=None).exists():
            owed = 0  # the claim lives on; the books do not count on it
        receivable = book_queries.balance_minor(
            agreement_id=plan.agreement_id, accounts=tuple(chart.PLAN_RECEIVABLE.values())
        )
        assert receivable == owed


@pytest.fixture
def site(world, settings, tmp_path):
    """A browser signed in as the borrower or as a role of the lender's."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }

    def make(role: str) -> Client:
        client = Client(HTTP_HOST="127.0.0.1")
        if role in actor.STAFF:
            client.force_login(Staff.objects.filter(role=role).first())
        session = client.session
        if role in actor.STAFF:
            session[access.ONE_CLICK] = True
        else:
            session[BORROWER_SESSION] = str(world.borrower().id)
        session.save()
        return client

    return make
