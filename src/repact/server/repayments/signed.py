"""What was signed, as servicing needs it: one agreement of the engine for each debt."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from repact.plans.certificate import schedule_hash
from repact.plans.consolidation import bill_hash
from repact.plans.document import Document
from repact.plans.servicing.agreement import Agreement as SignedPlan
from repact.server.agreements.models import Agreement
from repact.server.repayments.errors import RepaymentError

KEPT = 512  # agreements whose schedules a process remembers; about 12 kB each


class SignedPart(NamedTuple):
    """One debt's plan, and the hash of the schedule worked out from its terms now."""

    plan: SignedPlan
    schedule_sha256: str


def parts(contents: Mapping[str, Any], /) -> tuple[SignedPart, ...]:
    """The plans an agreement's contents are made of, one for each debt, in order.

    Contents of version 1 speak of one debt, later ones list their debts.
    """
    debts = contents.get("debts") or [contents]
    said = [{"position": debt["position"], "terms": debt["terms"]} for debt in debts]
    return _parts(json.dumps(said, sort_keys=True))


def charged(agreement: Agreement, /) -> tuple[SignedPart, ...]:
    """The plans to charge by, after checking that they are the ones that were signed.

    Raises RepaymentError `repayments.schedule_differs` when the schedules worked out from the
    stored terms are not those whose hash stands in the signed document.
    """
    made = parts(agreement.contents)
    if bill_hash([part.schedule_sha256 for part in made]) != agreement.schedule_sha256:
        raise RepaymentError("repayments.schedule_differs", agreement=str(agreement.id))
    return made


@functools.lru_cache(maxsize=KEPT)
def _parts(said: str) -> tuple[SignedPart, ...]:
    documents = [Document.model_validate(debt) for debt in json.loads(said)]
    return tuple(
        SignedPart(plan, schedule_hash(document.position, document.terms, plan.schedule))
        for document in documents
        for plan in [SignedPlan.of(document.position, document.terms)]
    )
