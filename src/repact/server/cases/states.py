"""The life of a case: (state, event) -> state. What is not here cannot happen."""

from __future__ import annotations

from repact.server.cases.errors import CaseError

DRAFT, SUBMITTED, IN_REVIEW, OFFERED = "draft", "submitted", "in_review", "offered"
AGREED, IN_PLAN, CLOSED, WITHDRAWN = "agreed", "in_plan", "closed", "withdrawn"
REFUSED, APPEALED = "refused", "appealed"
STATES = (
    DRAFT,
    SUBMITTED,
    IN_REVIEW,
    OFFERED,
    AGREED,
    IN_PLAN,
    CLOSED,
    WITHDRAWN,
    REFUSED,
    APPEALED,
)
# The hold is kept in all of these but the draft, which has none yet: a refusal can be appealed.
OPEN = (DRAFT, SUBMITTED, IN_REVIEW, OFFERED, AGREED, REFUSED, APPEALED)
# Why a case is closed whose plan was taken back in its cooling-off days: as if there had been none.
TAKEN_BACK = "taken_back"
# It is our turn: a hold promised for less is made longer without the borrower asking.
OURS = (SUBMITTED, IN_REVIEW, OFFERED, AGREED, APPEALED)

TABLE = {
    (DRAFT, "submit"): SUBMITTED,
    (DRAFT, "withdraw"): WITHDRAWN,
    (SUBMITTED, "begin_review"): IN_REVIEW,
    (SUBMITTED, "offer"): OFFERED,
    (SUBMITTED, "withdraw"): WITHDRAWN,
    (IN_REVIEW, "offer"): OFFERED,
    (IN_REVIEW, "withdraw"): WITHDRAWN,
    (IN_REVIEW, "refuse"): REFUSED,
    (REFUSED, "appeal"): APPEALED,
    (REFUSED, "withdraw"): WITHDRAWN,
    (REFUSED, "lapse"): CLOSED,
    (APPEALED, "overturn"): IN_REVIEW,
    (APPEALED, "uphold"): REFUSED,
    (APPEALED, "withdraw"): WITHDRAWN,
    (OFFERED, "offer"): OFFERED,
    (OFFERED, "expire"): IN_REVIEW,
    (OFFERED, "agree"): AGREED,
    (OFFERED, "withdraw"): WITHDRAWN,
    (AGREED, "unsigned"): IN_REVIEW,
    (AGREED, "start_plan"): IN_PLAN,
    (IN_PLAN, "complete"): CLOSED,
    (IN_PLAN, "supersede"): CLOSED,
    (IN_PLAN, "take_back"): CLOSED,
    (IN_PLAN, "terminate"): CLOSED,
    (CLOSED, "reopen"): IN_PLAN,
    # its last debt was paid, or the payment was taken back
    (DRAFT, "paid"): WITHDRAWN,
    **{(state, "paid"): CLOSED for state in (SUBMITTED, IN_REVIEW, OFFERED, REFUSED, APPEALED)},
    (CLOSED, "unpaid"): IN_REVIEW,
}


def after(state: str, event: str, /) -> str:
    """The state an event leads to. Raises CaseError `cases.wrong_state`."""
    try:
        return TABLE[state, event]
    except KeyError as error:
        raise CaseError("cases.wrong_state", state=state, event=event) from error
