"""Who acts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

Role = Literal["borrower", "agent", "supervisor", "auditor", "engineer", "system"]

BORROWER: Role = "borrower"
AGENT: Role = "agent"
SUPERVISOR: Role = "supervisor"
AUDITOR: Role = "auditor"
ENGINEER: Role = "engineer"
SYSTEM: Role = "system"
STAFF: tuple[Role, ...] = (AGENT, SUPERVISOR, AUDITOR, ENGINEER)


@dataclass(frozen=True, slots=True)
class Actor:
    """One person or the system itself, acting for one lender in one role.

    `id` is the borrower's or the staff member's id; the system has none.
    """

    lender_id: UUID
    role: Role
    id: UUID | None

    def __post_init__(self) -> None:
        if (self.id is None) != (self.role == SYSTEM):
            raise ValueError("the system, and only the system, acts without an id")


def system(lender_id: UUID, /) -> Actor:
    """The system, acting for a lender."""
    return Actor(lender_id=lender_id, role=SYSTEM, id=None)
