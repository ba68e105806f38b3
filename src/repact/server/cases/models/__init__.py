"""The rows of this stage: cases, their holds, what must be cleared to sign, help for many."""

from __future__ import annotations

from repact.server.cases.models.case import Case, CaseCounter, CaseLoan, DroppedLoan
from repact.server.cases.models.clearing import ConsentRequest, LimitationNote
from repact.server.cases.models.holding import HoldExtension
from repact.server.cases.models.relief import Invitation, Program
from repact.server.cases.models.sharing import SharedRequest

__all__ = [
    "Case",
    "CaseCounter",
    "CaseLoan",
    "ConsentRequest",
    "DroppedLoan",
    "HoldExtension",
    "Invitation",
    "LimitationNote",
    "Program",
    "SharedRequest",
]
