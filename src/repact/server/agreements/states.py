"""The life of an agreement: (state, event) -> state. What is not here cannot happen."""

from __future__ import annotations

from repact.server.agreements.errors import AgreementError

READY, SIGNED, IN_FORCE, COMPLETED, VOID = (
    "ready",
    "signed_by_borrower",
    "in_force",
    "completed",
    "void",
)
STATES = (READY, SIGNED, IN_FORCE, COMPLETED, VOID)
LIVE = (READY, SIGNED, IN_FORCE)

TABLE = {
    (READY, "sign"): SIGNED,
    (READY, "void"): VOID,
    (SIGNED, "seal"): IN_FORCE,
    (IN_FORCE, "complete"): COMPLETED,
}


def after(state: str, event: str, /) -> str:
    """The state an event leads to. Raises AgreementError `agreements.wrong_state`."""
    try:
        return TABLE[state, event]
    except KeyError as error:
        raise AgreementError("agreements.wrong_state", state=state, event=event) from error
