"""Every write goes through here: rights, one transaction, one lender, one trace.

    @doors.action("cases.submit", may=(BORROWER,))
    def submit(*, by: Actor, case_id: UUID, now: datetime) -> Case: ...

The rights stand beside the action; together they are the permission table (role x action).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import ParamSpec, TypeVar
from uuid import UUID

from django.db import connection, transaction

from repact.errors import RepactError
from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import Actor, Role
from repact.server.tenancy import scope

P = ParamSpec("P")
R = TypeVar("R")

# The lender whose action is running, its transaction pinned to it.
_acting: ContextVar[UUID | None] = ContextVar("acting", default=None)
_table: dict[str, tuple[Role, ...]] = {}


class NotAllowedError(RepactError):
    """The role may not do this."""


def action(
    name: str, /, *, may: tuple[Role, ...], joins: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a keyword-only function with a `by: Actor` argument into an action.

    It runs in one transaction, sees only the actor's lender, and must record itself in the audit
    trail. Raises `people.not_allowed` when the actor's role is not among `may`. One that `joins`
    is a part of the action of the same lender that calls it: when it fails, the whole has failed.
    """
    if name in _table:
        raise ValueError(f"two actions are called {name}")
    _table[name] = may

    def wrap(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            by = kwargs["by"]
            assert_may(by=by, name=name)  # type: ignore[arg-type]
            lender_id = by.lender_id  # type: ignore[attr-defined]
            if joins and connection.in_atomic_block and _acting.get() == lender_id:
                with transaction.atomic(savepoint=False), audit_actions.traced(name):
                    return function(*args, **kwargs)
            with transaction.atomic(), audit_actions.traced(name):
                scope.pin(lender_id)
                token = _acting.set(lender_id)
                try:
                    return function(*args, **kwargs)
                finally:
                    _acting.reset(token)

        return run

    return wrap


def assert_may(*, by: Actor, name: str) -> None:
    """Raise `people.not_allowed` unless the actor's role holds the right."""
    if by.role not in _table[name]:
        raise NotAllowedError("people.not_allowed", action=name, role=by.role)


def permissions() -> Mapping[str, tuple[Role, ...]]:
    """The permission table: action -> roles."""
    return MappingProxyType(_table)
