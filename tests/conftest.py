"""What every test may use. Sockets stay on this machine; the database is a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest


@pytest.fixture
def now() -> datetime:
    """A quiet Tuesday morning in Shanghai."""
    return datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Build the test database as its owner; the tests then run as the application's role."""
    from django.conf import settings

    settings.REPACT_APPLICATION_ROLE = False


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    from django.conf import settings
    from django.db import connection

    settings.REPACT_APPLICATION_ROLE = True
    connection.close()
    yield
    settings.REPACT_APPLICATION_ROLE = False
    connection.close()
