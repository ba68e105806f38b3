"""The life of an agreement: (state, event) -> state. What is not here cannot happen.

The database holds the same table (`migrations/0003_a_life.py`) and refuses everything else.
"""

from __future__ import annotations

from repact.server.agreements.errors import AgreementError

DRAFT, READY, SIGNED, SEALED, IN_FORCE = (
    "draft",
    "ready",
    "signed_by_borrower",
    "sealed",
    "in_force",
)
WITHDRAWN, BREACHED, COMPLETED, SUPERSEDED, VOID = (
    "withdrawn",
    "breached",
    "completed",
    "superseded",
    "void",
)
BEFORE_SEALING = (DRAFT, READY, SIGNED)
RUNNING = (SEALED, IN_FORCE, BREACHED)
LIVE = BEFORE_SEALING + RUNNING
OVER = (WITHDRAWN, COMPLETED, SUPERSEDED, VOID)
STATES = LIVE + OVER

# draft: chosen, its text not yet written. ready: written, so that it can be signed and not changed.
# signed: the borrower has signed; others, if any, follow in order. sealed: the lender has signed.
# in force: the plan runs; it begins with the seal, in the same transaction. completed: all is paid;
# it is open again when a payment is taken back.
TABLE = {
    (DRAFT, "write"): READY,
    (DRAFT, "void"): VOID,
    (READY, "sign"): SIGNED,
    (READY, "void"): VOID,
    (SIGNED, "seal"): SEALED,
    (SIGNED, "void"): VOID,
    (SEALED, "begin"): IN_FORCE,
    (IN_FORCE, "withdraw"): WITHDRAWN,
    (IN_FORCE, "breach"): BREACHED,
    (IN_FORCE, "complete"): COMPLETED,
    (IN_FORCE, "supersede"): SUPERSEDED,
    (SUPERSEDED, "resume"): IN_FORCE,
    (SUPERSEDED, "resume_breached"): BREACHED,
    (BREACHED, "reinstate"): IN_FORCE,
    (BREACHED, "complete"): COMPLETED,
    (BREACHED, "supersede"): SUPERSEDED,
    (COMPLETED, "reopen"): IN_FORCE,
}


def after(state: str, event: str, /) -> str:
    """The state an event leads to. Raises AgreementError `agreements.wrong_state`."""
    try:
        return TABLE[state, event]
    except KeyError as error:
        raise AgreementError("agreements.wrong_state", state=state, event=event) from error
