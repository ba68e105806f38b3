"""To which plan a movement belongs: by its reference, the payer's account, or name and amount.

The first rule that finds exactly one plan decides. An amount alone never does.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Sum, Value

from repact.server.agreements.models import Agreement
from repact.server.loans.models import Loan
from repact.server.people import queries as people_queries
from repact.server.repayments.models import Disposal, DueItem, Payment
from repact.server.statements.models import Line
from repact.server.statements.reading import Movement

LIVING = ("active", "breached")
_WORD = re.compile(r"[A-Za-z0-9-]{4,40}")
_REF = re.compile(r"[A-Za-z0-9._-]{4,64}")
_CANDIDATES_MAX = 200
_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Match:
    """The plan, or the debt, and the rule that found it."""

    rule: str
    agreement: Agreement | None = None
    loan: Loan | None = None


def match(movement: Movement, /) -> Match | None:
    """The one plan or debt a movement pays, or None: then a person decides."""
    found = _reference(movement)
    if len(found) == 1:
        return Match("reference", agreement=found[0])
    loans = _loans(movement)
    if len(loans) == 1:
        return Match("reference", loan=loans[0])
    for rule, find in (("account", _account), ("name", _name)):
        found = find(movement)
        if len(found) == 1:
            return Match(rule, agreement=found[0])
    return None


def by_reference(movements: Iterable[Movement], /) -> dict[str, UUID]:
    """The plans that movements name, by the movements' keys: what the first rule of `match` says
    of each, in a query for some thousands of them."""
    made: dict[str, UUID] = {}
    left = iter(movements)
    while some := list(itertools.islice(left, _AT_ONCE)):
        words = {one.key: set(_WORD.findall(one.reference)) for one in some}
        named = Agreement.objects.filter(reference__in=set().union(*words.values()))
        ids = dict(named.values_list("reference", "id"))
        for key, said in words.items():
            found = [ids[word] for word in said & ids.keys()]
            if len(found) == 1:
                made[key] = found[0]
    return made


def sale_of(movement: Movement, /) -> Disposal | None:
    """The approved sale whose price this is: its reference, and exactly its price."""
    words = _WORD.findall(movement.reference)
    return (
        Disposal.objects.filter(
            reference__in=words,
            kind="sale",
            state="approved",
            price_minor=movement.amount_minor,
            loan__currency=movement.currency,
        ).first()
        if words
        else None
    )


def settling(account: str, /) -> set[str]:
    """From where a person once said that the wallet's program settles with an account of ours."""
    before = Line.objects.filter(account=account, state="settled").exclude(payer_account="")
    return set(before.values_list("payer_account", flat=True).distinct())


def suggestions(*, amount_minor: int, currency: str) -> list[Agreement]:
    """Plans that ask for exactly this amount next: for a person to choose from."""
    return _asking(amount_minor, currency)[:5]


def _reference(movement: Movement) -> list[Agreement]:
    words = _WORD.findall(movement.reference)
    return list(Agreement.objects.filter(reference__in=words)[:2]) if words else []


def _loans(movement: Movement) -> list[Loan]:
    words = [word.rstrip(".") for word in _REF.findall(movement.reference)]
    return list(Loan.objects.filter(ref__in=words)[:2]) if words else []


def _account(movement: Movement) -> list[Agreement]:
    """Plans of whoever has this account, or has paid one before from it."""
    if not movement.payer_account:
        return []
    own = Agreement.objects.filter(
        borrower__wallet_account=movement.payer_account, plan__standing__in=LIVING
    )
    paid = Payment.objects.filter(
        payer_account=movement.payer_account, agreement__plan__standing__in=LIVING
    )
    ids = {*own.values_list("id", flat=True), *paid.values_list("agreement_id", flat=True)}
    return list(Agreement.objects.filter(id__in=ids)[:2])


def _name(movement: Movement) -> list[Agreement]:
    if not movement.payer_name:
        return []
    wanted = _bare(movement.payer_name)
    return [
        agreement
        for agreement in _asking(movement.amount_minor, movement.currency)
        if _bare(people_queries.borrower_identity(agreement.borrower).name) == wanted
    ]


def _asking(amount_minor: int, currency: str) -> list[Agreement]:
    """Plans whose oldest open date asks for exactly this."""
    amounts = ("principal", "interest", "penalty", "fees")
    asked = sum((Sum(f"{name}_minor") - Sum(f"paid_{name}_minor") for name in amounts), Value(0))
    open_rows = DueItem.objects.exclude(state="paid").filter(
        agreement__plan__standing__in=LIVING,
        agreement__plan__currency=currency,
        due_date=F("agreement__plan__due_date"),
    )
    ids = (
        open_rows.values("agreement_id")
        .annotate(asked=asked)
        .filter(asked=amount_minor)
        .values_list("agreement_id", flat=True)
    )
    found = Agreement.objects.filter(id__in=list(ids[:_CANDIDATES_MAX]))
    return list(found.select_related("borrower__key").order_by("id"))


def _bare(name: str) -> str:
    return "".join(name.split()).casefold()
