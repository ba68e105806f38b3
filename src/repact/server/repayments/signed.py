"""What was signed, as servicing needs it: one agreement of the engine for each debt."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from repact import canonical
from repact.plans.certificate import schedule_hash
from repact.plans.document import Document
from repact.plans.figures import Schedule
from repact.plans.servicing.agreement import Agreement as SignedPlan
from repact.server.agreements import queries as agreement_queries
from repact.server.agreements.errors import AgreementError
from repact.server.agreements.models import Agreement
from repact.server.repayments.errors import RepaymentError
from repact.server.repayments.stored import Said

KEPT = 512  # agreements whose schedules a process remembers; about 12 kB each


class SignedPart(NamedTuple):
    """One debt's plan, and the hash of the schedule worked out from its terms now."""

    plan: SignedPlan
    schedule_sha256: str


_checked: OrderedDict[bytes, tuple[SignedPart, ...]] = OrderedDict()


def charged(agreement: Agreement, said: Said | None = None, /) -> tuple[SignedPart, ...]:
    """The plans to charge by, one for each debt, after checking that they are what was signed.

    Contents, their hash, the hash each person signed and the schedules the terms make must agree:
    once for the same contents in a process, and the contents are compared every time. `said` are
    the contents as they were read, where they were. Raises RepaymentError
    `repayments.schedule_differs`, with `where`.
    """
    digest = said.digest if said else _digest(agreement)
    found = _checked.get(digest)
    if found is None:
        if said:
            agreement.contents = orjson.loads(said.text)
        found = _checked[digest] = _check(agreement, said)
        while len(_checked) > KEPT:
            _checked.popitem(last=False)
    return found


def _check(agreement: Agreement, said: Said | None) -> tuple[SignedPart, ...]:
    made: list[SignedPart] = []

    def work_out(debts: Sequence[Mapping[str, Any]]) -> list[tuple[Schedule, str]]:
        made.extend(map(_part, debts))
        return [(part.plan.schedule, part.schedule_sha256) for part in made]

    try:
        agreement_queries.assert_charged_is_signed(
            agreement, agreed=said.agreed if said else None, work_out=work_out
        )
    except AgreementError as error:
        raise RepaymentError("repayments.schedule_differs", **error.params) from error
    return tuple(made)


def _digest(agreement: Agreement) -> bytes:
    said = canonical.dumps(agreement.contents).decode()
    key = f"{said}\n{agreement.contents_sha256}\n{agreement.schedule_sha256}"
    return hashlib.sha256(key.encode()).digest()


def _part(debt: Mapping[str, Any]) -> SignedPart:
    document = Document.model_validate({"position": debt["position"], "terms": debt["terms"]})
    plan = SignedPlan.of(document.position, document.terms)
    sha256 = schedule_hash(document.position, document.terms, plan.schedule)
    return SignedPart(plan, sha256)
