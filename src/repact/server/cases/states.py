"""The life of a case: (state, event) -> state. What is not here cannot happen."""

from __future__ import annotations

from repact.server.cases.errors import CaseError

DRAFT, SUBMITTED, IN_REVIEW, OFFERED = "draft", "submitted", "in_review", "offered"
AGREED, IN_PLAN, CLOSED, WITHDRAWN = "agreed", "in_plan", "closed", "withdrawn"
STATES = (DRAFT, SUBMITTED, IN_REVIEW, OFFERED, AGREED, IN_PLAN, CLOSED, WITHDRAWN)
OPEN = (DRAFT, SUBMITTED, IN_REVIEW, OFFERED, AGREED)

TABLE = {
    (DRAFT, "submit"): SUBMITTED,
    (DRAFT, "withdraw"): WITHDRAWN,
    (SUBMITTED, "begin_review"): IN_REVIEW,
    (SUBMITTED, "offer"): OFFERED,
    (SUBMITTED, "withdraw"): WITHDRAWN,
    (IN_REVIEW, "offer"): OFFERED,
    (IN_REVIEW, "withdraw"): WITHDRAWN,
    (OFFERED, "offer"): OFFERED,
    (OFFERED, "expire"): IN_REVIEW,
    (OFFERED, "agree"): AGREED,
    (OFFERED, "withdraw"): WITHDRAWN,
    (AGREED, "start_plan"): IN_PLAN,
    (IN_PLAN, "complete"): CLOSED,
}


def after(state: str, event: str, /) -> str:
    """The state an event leads to. Raises CaseError `cases.wrong_state`."""
    try:
        return TABLE[state, event]
    except KeyError as error:
        raise CaseError("cases.wrong_state", state=state, event=event) from error
