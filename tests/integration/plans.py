"""Plans in force, made without the journey before them: for tests of what comes after signing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import rfc8785
from django.db import connection

from repact.server.agreements.models import Agreement
from repact.server.audit import actor
from repact.server.audit.actor import Actor
from repact.server.books import actions as book_actions
from repact.server.books import queries as book_queries
from repact.server.cases.models import Case, CaseLoan
from repact.server.clock import ports
from repact.server.jobs import day
from repact.server.lenders.models import Lender, Product
from repact.server.loans.models import Loan
from repact.server.offers.models import Offer, OfferSet
from repact.server.people.models import Borrower, SubjectKey
from repact.server.repayments import actions, lives, opening
from repact.server.repayments.models import Plan
from tests.unit.agreements import contents as said

START = date(2026, 11, 24)
DUE = date(2026, 12, 15)


def at(on: date) -> datetime:
    """Ten in the morning of a day in Shanghai."""
    return datetime(on.year, on.month, on.day, 2, tzinfo=UTC)


@contextmanager
def as_owner() -> Iterator[None]:
    """Lay rows past the triggers that guard the way to a signed agreement."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE; SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = origin; SET ROLE repact_app")


def terms(*, count: int = 6, start: date = START, first: date, **changes: Any) -> dict[str, Any]:
    """Terms over monthly level payments from a first due date, at 12 % a year."""
    conduct = {"grace_days": 3, "late_rate_ppm": 117_000, **changes.pop("conduct", {})}
    return {
        "version": 1,
        "effective_date": start.isoformat(),
        "annual_rate_ppm": 120_000,
        "day_count": "30/360",
        "rounding": "half_up",
        "measures": [],
        "frequency": {"every": 1, "unit": "month", "anchor_day": first.day},
        "first_due_date": first.isoformat(),
        "shape": [{"kind": "level", "count": count}],
        "conduct": conduct,
        **changes,
    }


def document(
    *,
    principal: int = 600_000,
    interest: int = 3_000,
    penalty: int = 700,
    start: date = START,
    first: date = date(2026, 12, 15),
    **changes: Any,
) -> dict[str, Any]:
    """One debt and its terms."""
    return {
        "position": {
            "as_of": start.isoformat(),
            "currency": "CNY",
            "principal_minor": principal,
            "interest_minor": interest,
            "penalty_minor": penalty,
            "fees_minor": 0,
        },
        "terms": terms(start=start, first=first, **changes),
    }


def in_force(
    lender: Lender, now: datetime, documents: Sequence[dict[str, Any]], *, number: int = 1
) -> Agreement:
    """A sealed agreement over these debts, and its plan begun."""
    agreement = agreed(lender, now, documents, number=number)
    opening.open_plan(agreement, by=actor.system(lender.id), now=now)
    return agreement


def agreed(
    lender: Lender,
    now: datetime,
    documents: Sequence[dict[str, Any]],
    *,
    number: int = 1,
    instead_of: Agreement | None = None,
) -> Agreement:
    """The agreement alone, with borrower, loans, case and offer; or those it replaces."""
    product, _ = Product.objects.get_or_create(
        lender=lender,
        code="wallet-credit",
        defaults={"name_zh": "钱包信用额度", "name_en": "Wallet credit", "keeper": "repact"},
    )
    with as_owner():
        if instead_of:
            borrower = instead_of.borrower
            left = instead_of.parts.exclude(standing="completed")
            loans = [part.loan for part in left.order_by("number")]
        else:
            borrower = _borrower(lender, now, number)
            loans = [
                _loan(lender, product, borrower, f"L-{number}-{part}", made["position"])
                for part, made in enumerate(documents, 1)
            ]
        debts = [
            said.debt(made, loan_id=str(loan.id), loan_ref=loan.ref)
            for made, loan in zip(documents, loans, strict=True)
        ]
        bill = said.bill(list(documents))
        reference = f"A-{now:%Y%m%d}-{number:04d}"
        stored = said.stored(reference=reference, debts=debts, **bill)
        case = Case.objects.create(
            lender=lender,
            borrower=borrower,
            reference=f"C-{number}",
            state="in_plan",
            language="zh-hans",
            created_at=now,
            submitted_at=now,
            reply_due_at=now,
        )
        CaseLoan.objects.bulk_create(CaseLoan(lender=lender, case=case, loan=one) for one in loans)
        offer = _offer(lender, case, loans[0], debts, bill, now)
        agreement = Agreement.objects.create(
            lender=lender,
            case=case,
            offer=offer,
            borrower=borrower,
            reference=reference,
            state="in_force",
            replaces=instead_of,
            contents=stored,
            contents_sha256=hashlib.sha256(rfc8785.dumps(stored)).hexdigest(),
            schedule_sha256=bill["schedule_sha256"],
            drafted_at=now,
            signed_at=now,
            sealed_at=now,
        )
    for loan in () if instead_of else loans:
        _import(lender, loan)
    return agreement


def _borrower(lender: Lender, now: datetime, number: int) -> Borrower:
    key = SubjectKey.objects.create(lender=lender, wrapped=b"\0" * 40, created_at=now)
    return Borrower.objects.create(
        lender=lender,
        ref=f"B-{number}",
        wallet_account=f"wallet-{number}",
        key=key,
        name_sealed=b"",
        id_number_sealed=b"",
        phone_sealed=b"",
        id_number_index=number.to_bytes(32, "big"),
    )


def _loan(
    lender: Lender, product: Product, borrower: Borrower, ref: str, position: dict[str, Any]
) -> Loan:
    amounts = {
        name: position[f"{name}_minor"] for name in ("principal", "interest", "penalty", "fees")
    }
    return Loan.objects.create(
        lender=lender,
        borrower=borrower,
        product=product,
        legal_creditor=lender.name_zh,
        ref=ref,
        currency=position["currency"],
        disbursed_date=date(2025, 1, 1),
        disbursed_minor=amounts["principal"],
        annual_rate_ppm=156_000,
        penalty_rate_ppm=234_000,
        day_count="ACT/365F",
        as_of=date.fromisoformat(position["as_of"]),
        overdue_principal_minor=0,
        remaining=[],
        source_sha256=b"\0" * 32,
        **{f"{name}_minor": amount for name, amount in amounts.items()},
    )


def _offer(
    lender: Lender,
    case: Case,
    loan: Loan,
    debts: list[dict[str, Any]],
    bill: dict[str, Any],
    now: datetime,
) -> Offer:
    made = OfferSet.objects.create(
        lender=lender,
        case=case,
        loan=loan,
        number=1,
        position=debts[0]["position"],
        not_offered=[],
        policy_sha256="a" * 64,
        law_sha256="b" * 64,
        prepared_at=now,
    )
    keys = ("loan_id", "position", "terms", "result", "schedule_sha256")
    return Offer.objects.create(
        lender=lender,
        offer_set=made,
        case=case,
        number=1,
        label="lighter",
        state="chosen",
        terms=debts[0]["terms"],
        result=bill["bill"],
        stored_parts=[{key: debt[key] for key in keys} for debt in debts],
        schedule_sha256=bill["schedule_sha256"],
        content_sha256="c" * 64,
        installment_minor=bill["installment_minor"],
        over_by_minor=0,
        tier="agent",
    )


def _import(lender: Lender, loan: Loan) -> None:
    """The loan's opening entry, as the import of a book posts it."""
    from repact.ledger import templates

    owed = {
        name: getattr(loan, f"{name}_minor")
        for name in ("principal", "interest", "penalty", "fees")
    }
    book_actions.post(
        by=actor.system(lender.id),
        entry=templates.book_imported(on=loan.as_of, currency=loan.currency, owed_minor=owed),
        source=f"import:{loan.id}:{ports.new_id()}",
    )


class Hands:
    """One plan and what its people do with it."""

    def __init__(self, lender, agreement):
        self.lender, self.agreement = lender, agreement
        self.system = actor.system(lender.id)
        self.borrower = Actor(lender.id, actor.BORROWER, agreement.borrower_id)
        self.supervisor = Actor(lender.id, actor.SUPERVISOR, lender.id)

    def pay(self, amount, on, *, value_date=None, source=None, **more):
        return actions.receive_payment(
            by=self.system,
            agreement_id=self.agreement.id,
            source=source or f"bank:{on}:{amount}",
            amount_minor=amount,
            currency=more.pop("currency", "CNY"),
            value_date=value_date or on,
            now=at(on),
            **more,
        )

    def life(self, on):
        return alive(self.agreement, on)

    def day(self, on):
        day.run_day(lender_id=self.lender.id, on=on, now=at(on))

    @property
    def plan(self):
        return Plan.objects.get(agreement=self.agreement)

    def balance(self, *accounts):
        return book_queries.balance_minor(agreement_id=self.agreement.id, accounts=accounts)


def alive(agreement: Agreement, on: date) -> lives.Life:
    """The plan's life on a day, with what the tables say."""
    life = lives.load(Agreement.objects.get(id=agreement.id), on=on)
    lives.assert_charged(life)
    return life
