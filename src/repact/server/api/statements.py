"""For the lender's own programs: a bank statement in, what became of it out."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from repact.server.api.keys import KEY
from repact.server.statements import actions as statement_actions

router = Router()


@router.post("", auth=KEY, summary="Take in a bank statement; the body is the file")
def take_in(request: HttpRequest, account: str, format: str) -> dict[str, Any]:  # noqa: A002
    """Counts of what became of its lines, and each line that could not be read with its code.

    The same file again changes nothing.
    """
    report = statement_actions.take_in(
        by=request.auth,  # type: ignore[attr-defined]  # set by the key
        account=account,
        kind=format,
        raw=request.body,
        now=request.now,  # type: ignore[attr-defined]
    )
    bad = [{"line": one.number, "code": one.code} for one in report.bad]
    return {"statement_id": str(report.statement_id), **report.as_dict(), "bad_lines": bad}
