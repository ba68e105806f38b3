"""Whose request it is: a lender's own system, by its key."""

from __future__ import annotations

from typing import NamedTuple

from django.http import HttpRequest
from ninja.security import HttpBearer

from repact.errors import RepactError
from repact.server.audit.actor import Actor
from repact.server.people import queries as people_queries


class ApiKeyAuth(HttpBearer):
    """`Authorization: Bearer <key>` of the lender whose host this is."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:  # noqa: ARG002
        try:
            return people_queries.actor_of_api_key(token)
        except RepactError:
            return None


class Collector(NamedTuple):
    """Whose key it is; `agency` is empty for the lender's own systems."""

    actor: Actor
    agency: str


class CollectorAuth(HttpBearer):
    """`Authorization: Bearer <key>` of an agency, or of the lender whose host this is."""

    def authenticate(self, request: HttpRequest, token: str) -> Collector | None:  # noqa: ARG002
        try:
            return Collector(*people_queries.holder_of_api_key(token))
        except RepactError:
            return None


KEY = ApiKeyAuth()
COLLECTOR = CollectorAuth()
