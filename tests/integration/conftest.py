"""Fixtures of the tests that need PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management.commands import flush
from django.db import connection

from repact.server.audit import actor
from repact.server.lenders.models import Lender
from repact.server.tenancy import scope


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder uses the database; one that commits says `transaction=True`."""
    for item in items:
        if Path(__file__).parent in item.path.parents and not item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.django_db)


@pytest.fixture(autouse=True)
def _flush_as_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a transactional test be cleaned up past the walls that refuse TRUNCATE."""
    handle = flush.Command.handle

    def handle_as_owner(self: flush.Command, **options: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE; SET session_replication_role = replica")
        handle(self, **options)
        connection.close()

    monkeypatch.setattr(flush.Command, "handle", handle_as_owner)


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
