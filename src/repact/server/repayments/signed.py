"""What was signed, as servicing needs it: one agreement of the engine for each debt."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, NamedTuple

from repact.plans.certificate import schedule_hash
from repact.plans.document import Document
from repact.plans.servicing.agreement import Agreement as SignedPlan
from repact.server.agreements import queries as agreement_queries
from repact.server.agreements.errors import AgreementError
from repact.server.agreements.models import Agreement
from repact.server.repayments.errors import RepaymentError

KEPT = 512  # agreements whose schedules a process remembers; about 12 kB each


class SignedPart(NamedTuple):
    """One debt's plan, and the hash of the schedule worked out from its terms now."""

    plan: SignedPlan
    schedule_sha256: str


_checked: OrderedDict[bytes, tuple[SignedPart, ...]] = OrderedDict()


def charged(agreement: Agreement, /) -> tuple[SignedPart, ...]:
    """The plans to charge by, one for each debt, after checking that they are what was signed.

    Contents, their hash, the hash each person signed and the schedules the terms make must agree:
    once for the same contents in a process, and the contents are compared every time. Raises
    RepaymentError `repayments.schedule_differs`, with `where`.
    """
    said = json.dumps(agreement.contents, sort_keys=True)
    key = f"{said}\n{agreement.contents_sha256}\n{agreement.schedule_sha256}"
    digest = hashlib.sha256(key.encode()).digest()
    found = _checked.get(digest)
    if found is None:
        try:
            agreement_queries.assert_charged_is_signed(agreement)
        except AgreementError as error:
            raise RepaymentError("repayments.schedule_differs", **error.params) from error
        found = _checked[digest] = parts(agreement.contents)
        while len(_checked) > KEPT:
            _checked.popitem(last=False)
    return found


def parts(contents: Mapping[str, Any], /) -> tuple[SignedPart, ...]:
    """The plans an agreement's contents are made of, one for each debt, in order.

    Contents of version 1 speak of one debt, later ones list their debts.
    """
    made = []
    for debt in contents.get("debts") or [contents]:
        document = Document.model_validate({"position": debt["position"], "terms": debt["terms"]})
        plan = SignedPlan.of(document.position, document.terms)
        made.append(
            SignedPart(plan, schedule_hash(document.position, document.terms, plan.schedule))
        )
    return tuple(made)
