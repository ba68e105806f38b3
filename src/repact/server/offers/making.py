"""From a case to plans and back: the facts as they are stored, the plans made from them.

What is stored is enough to make the same plans again, which the nightly twin check does.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import rfc8785
from pydantic import TypeAdapter

from repact.law import catalogue
from repact.law.catalogue import Catalogue
from repact.plans import schedule as schedules
from repact.plans.certificate import row_as_json
from repact.plans.consolidation import bill_of
from repact.plans.disclosure import disclose_bill
from repact.plans.document import Document
from repact.plans.result import as_json
from repact.policy import propose
from repact.policy.loading import LoadedPolicy
from repact.server.cases import facts as case_facts
from repact.server.cases import queries as case_queries
from repact.server.cases.models import Case
from repact.server.clock import queries as clock_queries
from repact.server.evidence import promises
from repact.server.lenders import queries as lender_queries
from repact.server.loans.models import Loan
from repact.server.offers.models import Offer, OfferSet
from repact.server.offers.models.sets import TIERS
from repact.server.policies import queries as policy_queries

_DEBTS = TypeAdapter(list[propose.DebtFacts])
_FACTS = TypeAdapter(propose.Facts)
VERSION = 5  # of the stored facts: only facts of the same version can be compared


@dataclass(frozen=True, slots=True)
class Basis:
    """Everything plans for a case are made from on a day."""

    case: Case
    loans: list[Loan]
    loaded: LoadedPolicy
    law: Catalogue
    on: date
    facts: dict[str, Any]

    @property
    def product_codes(self) -> set[str]:
        """The products of the case's loans."""
        return {loan.product.code for loan in self.loans}


@dataclass(frozen=True, slots=True)
class Made:
    """One plan, in the form in which it is stored."""

    label: str
    parts: list[dict[str, Any]]
    result: dict[str, Any]
    schedule_sha256: str
    installment_minor: int
    over_by_minor: int
    tier: str
    concession_minor: int
    findings: list[dict[str, Any]]
    keep_up: dict[str, Any] | None
    condition: dict[str, Any] | None = None

    @property
    def count(self) -> int:
        """Payments that are not zero."""
        return sum(1 for row in self.result["rows"] if row["payment_minor"])

    @property
    def total_minor(self) -> int:
        """Everything that will be paid."""
        return int(self.result["totals"]["payment_minor"])

    @property
    def waived_minor(self) -> int:
        """Everything that is waived."""
        return int(self.result["totals"]["waived_minor"])

    @property
    def last_due_date(self) -> str:
        """The day of the last payment, in ISO 8601."""
        return str(self.result["rows"][-1]["due_date"])


@dataclass(frozen=True, slots=True)
class Proposal:
    """The plans, and what is not offered with the rule in the way."""

    offers: list[Made]
    not_offered: list[dict[str, Any]]


def basis(case: Case, /, *, now: datetime) -> Basis:
    """What plans for a case would be made from now."""
    lender = lender_queries.get(case.lender_id)
    on = clock_queries.business_date(now=now, zone=lender.zone)
    loans = list(case_queries.loans(case))
    debts = case_facts.debts(case, on=on)
    facts = replace(
        case_facts.facts(case, now=now),
        evidence=tuple(sorted(promises.shown(case.id))),
        may_follow=not promises.was_missed(case.id),
    )
    return Basis(
        case=case,
        loans=loans,
        loaded=case_queries.policy_of(case, now=now),
        law=catalogue.load(lender.jurisdiction),
        on=on,
        facts={
            "version": VERSION,
            "positions": _DEBTS.dump_python(debts, mode="json", exclude_none=True),
            "facts": facts_as_json(facts),
        },
    )


def again(offer_set: OfferSet, /) -> Basis:
    """The same facts and policy once more, with the law as it is known now."""
    lender = lender_queries.get(offer_set.lender_id)
    return Basis(
        case=offer_set.case,
        loans=[],
        loaded=policy_queries.by_hash(offer_set.policy_sha256),
        law=catalogue.load(lender.jurisdiction),
        on=offer_set.on_date or date.min,
        facts=offer_set.facts,
    )


def fingerprint(basis: Basis, /) -> str:
    """What the plans follow from: facts, policy, law and day. Twins have the same.

    Which loan it is makes no difference to the plans, so ids are left out.
    """
    debts = [
        {name: value for name, value in item.items() if name != "loan_id"}
        for item in basis.facts["positions"]
    ]
    said = {
        "facts": basis.facts["facts"],
        "positions": debts,
        "policy": basis.loaded.sha256,
        "law": basis.law.sha256,
        "on": basis.on.isoformat(),
    }
    return hashlib.sha256(rfc8785.dumps(said)).hexdigest()


def propose_from(basis: Basis, /) -> Proposal:
    """The plans the policy offers for these facts: the same facts, the same plans."""
    proposal = propose.propose(
        debts=debts_of(basis),
        facts=facts_of(basis),
        loaded=basis.loaded,
        law=basis.law,
        on=basis.on,
    )
    return Proposal(
        offers=[made_of(offer) for offer in proposal.offers],
        not_offered=[
            {
                "label": entry.instrument,
                "rule_id": entry.rule_id,
                "params": entry.params,
                "change": entry.change,
            }
            for entry in proposal.not_offered
        ],
    )


def debts_of(basis: Basis, /) -> list[propose.DebtFacts]:
    """The debts as they were stored."""
    return _DEBTS.validate_python(basis.facts["positions"])


def facts_of(basis: Basis, /) -> propose.Facts:
    """The facts of the person as they were stored."""
    return _FACTS.validate_python(basis.facts["facts"])


def facts_as_json(facts: propose.Facts, /) -> dict[str, Any]:
    """The facts as they are stored; sets in order, so that the same facts are the same text."""
    stored = _FACTS.dump_python(facts, mode="json", exclude_none=True)
    return {**stored, "affordable_minor": facts.affordable_minor, "barred": sorted(facts.barred)}


def bill_result(documents: list[Document], /) -> dict[str, Any]:
    """Rows, totals and disclosure of the bill over several parts."""
    parts = [
        (item.position, item.terms, schedules.build(item.position, item.terms))
        for item in documents
    ]
    bill = bill_of([made for _, _, made in parts])
    return {
        "rows": [row_as_json(row) for row in bill.rows],
        "totals": bill.totals._asdict(),
        "disclosure": disclose_bill(parts, bill)._asdict(),
    }


def highest(tiers: list[str], /) -> str:
    """The tier that covers all of these."""
    return max(tiers, key=TIERS.index, default="automatic")


def of_offer(offer: Offer, /) -> Made:
    """A stored offer as a plan that can be stored beside others."""
    return Made(
        label=offer.label,
        parts=offer.parts,
        result=offer.result,
        schedule_sha256=offer.schedule_sha256,
        installment_minor=offer.installment_minor,
        over_by_minor=offer.over_by_minor,
        tier=offer.tier,
        concession_minor=offer.concession_minor,
        findings=offer.findings,
        keep_up=offer.keep_up,
        condition=offer.condition,
    )


def loan_ids(offer: Offer, /) -> list[UUID]:
    """The loans of an offer's parts, in order."""
    return [UUID(part["loan_id"]) for part in offer.parts]


def made_of(offer: propose.Offer, /) -> Made:
    """One proposed plan in the form in which it is stored."""
    documents = [Document(position=part.position, terms=part.terms) for part in offer.parts]
    parts = [
        {
            "loan_id": part.loan_id,
            "position": part.position.model_dump(mode="json", exclude_none=True),
            "terms": part.terms.as_json(),
            "result": as_json(document),
            "schedule_sha256": part.schedule_sha256,
        }
        for part, document in zip(offer.parts, documents, strict=True)
    ]
    kept = offer.keep_up
    return Made(
        label=offer.label,
        parts=parts,
        result=parts[0]["result"] if len(parts) == 1 else bill_result(documents),
        schedule_sha256=offer.schedule_sha256,
        installment_minor=offer.installment_minor,
        over_by_minor=offer.over_by_minor,
        tier=offer.tier,
        concession_minor=offer.concession.economic_minor,
        findings=[
            {"rule_id": finding.rule_id, "params": finding.params} for finding in offer.findings
        ],
        keep_up=kept._asdict() if kept else None,
        condition=condition_of(offer),
    )


def condition_of(offer: propose.Offer, /) -> dict[str, Any] | None:
    """What a plan is conditional on: papers of these kinds within so many days, its first payments
    a trial until then. None where enough was shown, or nothing is wanted."""
    wanted = offer.evidence
    if not wanted.is_conditional:
        return None
    return {
        "kinds": list(wanted.kinds),
        "later_days": wanted.later_days,
        "trial_rows": wanted.trial_rows,
    }
