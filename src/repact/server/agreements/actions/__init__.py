"""Everything that changes an agreement."""

from __future__ import annotations

from repact.server.agreements.actions.copies import copy_everything
from repact.server.agreements.actions.drafts import (
    accept_offer,
    confirm_page,
    name_signers,
    open_page,
)
from repact.server.agreements.actions.files import CONTEXT
from repact.server.agreements.actions.life import (
    begin,
    breach,
    complete,
    reinstate,
    reopen,
    resume,
    seal,
    supersede,
    void,
    withdraw,
)
from repact.server.agreements.actions.others import (
    confirm_by_link,
    invite,
    open_by_link,
    request_code_by_link,
    sign_by_link,
    use_code_by_link,
)
from repact.server.agreements.actions.papers import issue_paper
from repact.server.agreements.actions.shares import count_visit, open_share, revoke_share, share
from repact.server.agreements.actions.signing import (
    CODE_MINUTES,
    CODE_TRIES,
    CODES_PER_HOUR,
    agree,
    finish_signing,
    record_oral,
    request_code,
    sign,
    use_code,
)

__all__ = [
    "CODES_PER_HOUR",
    "CODE_MINUTES",
    "CODE_TRIES",
    "CONTEXT",
    "accept_offer",
    "agree",
    "begin",
    "breach",
    "complete",
    "confirm_by_link",
    "confirm_page",
    "copy_everything",
    "count_visit",
    "finish_signing",
    "invite",
    "issue_paper",
    "name_signers",
    "open_by_link",
    "open_page",
    "open_share",
    "record_oral",
    "reinstate",
    "reopen",
    "request_code",
    "request_code_by_link",
    "resume",
    "revoke_share",
    "seal",
    "share",
    "sign",
    "sign_by_link",
    "supersede",
    "use_code",
    "use_code_by_link",
    "void",
    "withdraw",
]
