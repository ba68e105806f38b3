"""What every task begins with: whose event it carries, and how patient it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from procrastinate import RetryStrategy

from repact.server.audit import queries as audit_queries
from repact.server.audit.actor import Actor, system
from repact.server.audit.models import Event
from repact.server.tenancy import scope

# A peer that is away is asked again, soon at first, then every few minutes, for about two weeks.
PATIENT = RetryStrategy(max_attempts=4000, exponential_wait=2)


@contextmanager
def carried(lender_id: str, event_id: str, /) -> Iterator[tuple[Actor, Event]]:
    """Act for the event's lender, as the system."""
    with scope.acting_for(UUID(lender_id)):
        yield system(UUID(lender_id)), audit_queries.get(UUID(event_id))
