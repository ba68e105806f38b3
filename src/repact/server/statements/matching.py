"""To which plan a line belongs: by its reference, the payer's account, or name and amount.

The first rule that finds exactly one plan decides. An amount alone never does.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db.models import F, QuerySet, Sum, Value, Window
from django.db.models.functions import RowNumber

from repact.server.agreements.models import Agreement
from repact.server.loans.models import Loan
from repact.server.people import queries as people_queries
from repact.server.people import vault
from repact.server.people.errors import PeopleError
from repact.server.people.models import Borrower
from repact.server.repayments.models import Disposal, DueItem, Payment, Plan
from repact.server.statements.models import Line

LIVING = ("active", "breached")
_WORD = re.compile(r"[A-Za-z0-9-]{4,40}")
_REF = re.compile(r"[A-Za-z0-9._-]{4,64}")
_CANDIDATES_MAX = 200
_AT_ONCE = 5_000

K = TypeVar("K", bound=Hashable)
Asked = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Match:
    """The plan (its agreement), or the debt, and the rule that found it."""

    rule: str
    agreement_id: UUID | None = None
    loan_id: UUID | None = None


def by_reference(said: Iterable[tuple[K, str]], /) -> dict[K, UUID]:
    """The plans that texts name, by the texts' keys: what the first rule says of each, in a query
    for some thousands of them."""
    made: dict[K, UUID] = {}
    left = iter(said)
    while some := list(itertools.islice(left, _AT_ONCE)):
        words = {key: set(_WORD.findall(text)) for key, text in some}
        ids = _plans_named(set().union(*words.values()))
        for key, own in words.items():
            found = {ids[word] for word in own & ids.keys()}
            if len(found) == 1:
                made[key] = found.pop()
    return made


def settling(account: str, /) -> set[str]:
    """From where a person once said that the wallet's program settles with an account of ours."""
    before = Line.objects.filter(account=account, state="settled").exclude(payer_account="")
    return set(before.values_list("payer_account", flat=True).distinct())


def index_of(name: str, /) -> str:
    """What is kept of a payer's name until its line is posted: a keyed hash; nothing of nobody."""
    bare = "".join(name.split()).casefold()
    return vault.blind_index(f"payer:{bare}").hex() if bare else ""


def suggestions(amounts: Collection[Asked], /) -> dict[Asked, list[Agreement]]:
    """Plans that ask for exactly this next, for each of some amounts and their currencies: for a
    person to choose from."""
    asking = {asked: ids[:5] for asked, ids in _asking(amounts).items()}
    found = Agreement.objects.in_bulk([one for ids in asking.values() for one in ids])
    return {asked: [found[one] for one in ids] for asked, ids in asking.items()}


class Finder:
    """Finds where each of some lines belongs, with a few queries for all of them.

    Whoever posts one says so (`paid`, `sold`): then the next are found as if each was looked for
    after the others were posted.
    """

    def __init__(self, lines: Sequence[Line], /) -> None:
        words = {word for line in lines for word in _WORD.findall(line.reference)}
        self._plans = _plans_named(words)
        refs = {ref for line in lines for ref in _refs(line)}
        self._loans = dict(Loan.objects.filter(ref__among=refs).values_list("ref", "id"))
        self._sales = list(
            Disposal.objects.filter(
                reference__among=words, kind="sale", state="approved"
            ).select_related("loan")
        )
        self._of_account = _of_accounts({line.payer_account for line in lines} - {""})
        self._asking: dict[Asked, list[UUID]] = {}
        self._names: dict[UUID, str] = {}
        self._moved: set[UUID] = set()
        self._want(
            {
                (line.amount_minor, line.currency)
                for line in lines
                if line.payer_index and not (self._named(line) or self._account(line))
            }
        )

    def match(self, line: Line, /) -> Match | None:
        """The one plan or debt a line pays, or None: then a person decides."""
        if named := self._named(line):
            return named
        self._look_again()
        return self._account(line) or self._name(line)

    def sale_of(self, line: Line, /) -> Disposal | None:
        """The approved sale whose price this is: its reference, and exactly its price."""
        words = _WORD.findall(line.reference)
        price = (line.amount_minor, line.currency)
        for sale in self._sales:
            currency = sale.loan.currency if sale.loan else ""
            if sale.reference in words and (sale.price_minor, currency) == price:
                return sale
        return None

    def paid(self, line: Line, agreement_id: UUID, /) -> None:
        """A line was posted to a plan: it may ask for something else now."""
        if line.payer_account:
            self._of_account[line.payer_account].add(agreement_id)
        self._moved.add(agreement_id)

    def sold(self, sale: Disposal, /) -> None:
        """A line was the price of this sale: it is done."""
        self._sales.remove(sale)

    def _named(self, line: Line) -> Match | None:
        words = set(_WORD.findall(line.reference))
        plans = {self._plans[word] for word in words & self._plans.keys()}
        if len(plans) == 1:
            return Match("reference", agreement_id=plans.pop())
        loans = {self._loans[ref] for ref in _refs(line) & self._loans.keys()}
        return Match("reference", loan_id=loans.pop()) if len(loans) == 1 else None

    def _account(self, line: Line) -> Match | None:
        """Plans of whoever has this account, or has paid one before from it."""
        plans = self._of_account.get(line.payer_account, set())
        return Match("account", agreement_id=next(iter(plans))) if len(plans) == 1 else None

    def _name(self, line: Line) -> Match | None:
        """Plans that ask for exactly this next, of borrowers who have the payer's name."""
        if not line.payer_index:
            return None
        asked = (line.amount_minor, line.currency)
        self._want({asked})
        plans = [one for one in self._asking[asked] if self._names[one] == line.payer_index]
        return Match("name", agreement_id=plans[0]) if len(plans) == 1 else None

    def _want(self, amounts: Collection[Asked]) -> None:
        """Know who asks for these."""
        if new := set(amounts) - self._asking.keys():
            found = _asking(new)
            self._asking |= {asked: found.get(asked, []) for asked in new}
            self._know({one for ids in found.values() for one in ids})

    def _know(self, agreement_ids: set[UUID]) -> None:
        """Know by which name the borrowers of these plans go; no more of them is kept."""
        if new := agreement_ids - self._names.keys():
            plans = Agreement.objects.filter(id__among=new).select_related("borrower__key")
            for row in plans.defer("contents").iterator(chunk_size=_AT_ONCE):
                self._names[row.id] = _name_of(row.borrower)

    def _look_again(self) -> None:
        """See what plans that were paid ask for next."""
        if not self._moved:
            return
        plans = Plan.objects.filter(agreement_id__in=self._moved, standing__in=LIVING)
        living = set(plans.values_list("agreement_id", flat=True))
        for account in self._of_account:
            self._of_account[account] -= self._moved - living
        for asking in self._asking.values():
            asking[:] = [one for one in asking if one not in self._moved]
        for asked, ids in _asking(self._asking.keys(), among=living).items():
            self._asking[asked] = sorted([*self._asking[asked], *ids])
            self._know(set(ids))
        self._moved.clear()


def _name_of(borrower: Borrower) -> str:
    try:
        return index_of(people_queries.borrower_identity(borrower).name)
    except PeopleError:  # erased: nobody has this name any more
        return ""


def _plans_named(words: set[str]) -> dict[str, UUID]:
    named = Agreement.objects.filter(reference__among=words)
    return dict(named.values_list("reference", "id")) if words else {}


def _refs(line: Line) -> set[str]:
    return {word.rstrip(".") for word in _REF.findall(line.reference)}


def _of_accounts(accounts: set[str]) -> defaultdict[str, set[UUID]]:
    """Living plans of whoever has these accounts, or has paid one before from them."""
    made: defaultdict[str, set[UUID]] = defaultdict(set)
    if not accounts:
        return made
    own = Agreement.objects.filter(
        borrower__wallet_account__among=accounts, plan__standing__in=LIVING
    ).values_list("borrower__wallet_account", "id")
    paid = Payment.objects.filter(
        payer_account__among=accounts, agreement__plan__standing__in=LIVING
    ).values_list("payer_account", "agreement_id")
    for account, agreement_id in (*own, *paid.distinct()):
        made[account].add(agreement_id)
    return made


def _asking(
    amounts: Collection[Asked], *, among: Collection[UUID] | None = None
) -> dict[Asked, list[UUID]]:
    """Plans whose oldest open date asks for exactly one of some amounts, so many of each."""
    if not amounts or among == set():
        return {}
    components = ("principal", "interest", "penalty", "fees")
    asked = sum((Sum(f"{name}_minor") - Sum(f"paid_{name}_minor") for name in components), Value(0))
    rows: QuerySet[DueItem] = DueItem.objects.exclude(state="paid").filter(
        agreement__plan__standing__in=LIVING, due_date=F("agreement__plan__due_date")
    )
    if among is not None:
        rows = rows.filter(agreement_id__in=among)
    ranked = (
        rows.values("agreement_id", currency=F("agreement__plan__currency"))
        .annotate(asked=asked)
        .filter(asked__in={amount for amount, _ in amounts})
        .annotate(
            nth=Window(
                RowNumber(), partition_by=[F("asked"), F("currency")], order_by="agreement_id"
            )
        )
        .filter(nth__lte=_CANDIDATES_MAX)
        .order_by("agreement_id")
    )
    made: dict[Asked, list[UUID]] = {}
    for row in ranked:
        if (key := (row["asked"], row["currency"])) in amounts:
            made.setdefault(key, []).append(row["agreement_id"])
    return made
