"""Reading offers; what is stored is recomputed by the engine when it is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from repact.plans.consolidation import bill_hash
from repact.plans.document import Document
from repact.plans.result import as_json
from repact.server.audit import queries as audit_queries
from repact.server.clock import queries as clock_queries
from repact.server.lenders import queries as lender_queries
from repact.server.loans import queries as loan_queries
from repact.server.offers import making, renewing
from repact.server.offers.errors import OfferError
from repact.server.offers.models import Alarm, Approval, Offer, OfferSet, Question
from repact.server.policies import queries as policy_queries

ALARMS_MAX = 100
COMPONENTS = ("principal", "interest", "penalty", "fees")


@dataclass(frozen=True, slots=True)
class Probing:
    """How much was tried out in a case."""

    numbers: int
    incomes: int
    limit_reached: bool


def current_set(case_id: UUID, /) -> OfferSet | None:
    """The set a case is about now: the latest that was not superseded, nor only tried out."""
    return (
        OfferSet.objects.filter(case_id=case_id)
        .exclude(state__in=["superseded", "shadow"])
        .order_by("-number")
        .first()
    )


def sent_set(case_id: UUID, /) -> OfferSet | None:
    """The latest set that went out to the borrower, whatever is being prepared since."""
    return (
        OfferSet.objects.filter(case_id=case_id, sent_at__isnull=False)
        .exclude(state="superseded")
        .order_by("-number")
        .first()
    )


def get_own(*, borrower_id: UUID, offer_id: UUID) -> Offer:
    """An offer sent to this borrower. Raises `offers.not_found`."""
    offer = (
        Offer.objects.select_related("offer_set", "case")
        .filter(id=offer_id, case__borrower_id=borrower_id, offer_set__sent_at__isnull=False)
        .first()
    )
    if offer is None:
        raise OfferError("offers.not_found")
    return offer


def assert_recomputes(offer: Offer, /) -> None:
    """Raise `offers.figures_differ` unless the engine gives every stored figure again."""
    parts = offer.parts
    hashes = []
    for part in parts:
        made = as_json(document(part))
        hashes.append(made["certificate"]["schedule_sha256"])
        if made != part["result"] or hashes[-1] != part["schedule_sha256"]:
            raise OfferError("offers.figures_differ")
    one = len(parts) == 1
    bill = parts[0]["result"] if one else making.bill_result([document(p) for p in parts])
    if bill != offer.result or bill_hash(hashes) != offer.schedule_sha256:
        raise OfferError("offers.figures_differ")


def moved(offer_set: OfferSet, /) -> bool:
    """Whether a payment or posting changed what the set was made from.

    What merely accrues while the offer stands is the lender's to bear where the policy says so.
    """
    if offer_set.on_date is None or not offer_set.facts:
        return False
    bears = policy_queries.by_hash(offer_set.policy_sha256).policy.accrual_of_offer
    for item in offer_set.facts["positions"]:
        loan = loan_queries.get(UUID(item["loan_id"]))
        if not loan.principal_minor:
            return True  # paid meanwhile
        now = loan_queries.position(loan, on=offer_set.on_date)
        for component in COMPONENTS:
            change = getattr(now, f"{component}_minor") - item["position"][f"{component}_minor"]
            accrues = component in {"interest", "penalty"} and bears == "lender"
            if change < 0 or (change > 0 and not accrues):
                return True
    return False


def standing(offer: Offer, /) -> Offer:
    """The offer that stands for this one now: itself, or, where its set was issued anew with
    nothing worse for the borrower, the new set's plan of the same kind."""
    while offer.offer_set.state == "superseded":
        following = (
            Offer.objects.select_related("case", "offer_set")
            .filter(
                offer_set__replaces_id=offer.offer_set_id,
                offer_set__worse_in=[],
                offer_set__sent_at__isnull=False,
                label=offer.label,
            )
            .order_by("-offer_set__number", "number")
            .first()
        )
        if following is None:
            break
        offer = following
    return offer


def difference(old: OfferSet, new: OfferSet, /) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What became of a set that was issued anew: one coded sentence, and each thing that is worse.

    A plan is worse where its payment, its total, its number of payments or its yearly rate rose,
    or where there is none of its kind any more.
    """
    worse: list[dict[str, Any]] = []
    following = {offer.label: offer for offer in new.offers_in_order}
    for before in old.offers_in_order:
        after = following.get(before.label)
        if after is None:
            worse.append({"label": before.label, "what": "gone"})
            continue
        worse += [
            {"label": before.label, "what": what, "before": was, "after": now}
            for what, was, now in _compared(before, after)
            if now > was
        ]
    sentence = {
        "code": "offers.worse_since" if worse else "offers.better_since",
        "params": {"owed_before_minor": _owed(old), "owed_after_minor": _owed(new)},
    }
    return sentence, worse


def twin_difference(offer_set: OfferSet, /) -> dict[str, Any] | None:
    """How the same facts under the same policy came out otherwise now; None: they did not."""
    basis = making.again(offer_set)
    if basis.law.sha256 != offer_set.law_sha256 or basis.facts.get("version") != making.VERSION:
        return None
    before = offer_set.replaces
    plans = renewing.proposal(before, basis) if before else making.propose_from(basis)
    made = [plan.schedule_sha256 for plan in plans.offers]
    stored = [offer.schedule_sha256 for offer in offer_set.offers_in_order]
    return None if made == stored else {"stored": stored, "made": made}


def twins_to_check(*, since: datetime, most: int) -> list[OfferSet]:
    """Sets whose plans all came from the policy's own proposal, the newest first."""
    found = OfferSet.objects.exclude(facts={}).filter(prepared_at__gte=since, builder__isnull=True)
    return list(found.select_related("case").order_by("-prepared_at")[:most])


def to_reissue(*, now: datetime) -> list[OfferSet]:
    """Open sets whose debt was moved by a payment or posting."""
    found = OfferSet.objects.filter(state="sent", expires_at__gt=now)
    return [offer_set for offer_set in found if moved(offer_set)]


def questions(case_id: UUID, /, *, since: datetime) -> set[str]:
    """The different numbers tried out since a moment of real time."""
    found = Question.objects.filter(case_id=case_id, asked_at__gte=since)
    return set(found.values_list("wish_sha256", flat=True))


def probing(case_id: UUID, /, *, now: datetime) -> Probing:
    """What a person should see: numbers tried in the last hour, incomes stated in all, and whether
    the limit was reached."""
    incomes = audit_queries.of_case(case_id).filter(
        action="cases.save_answers", facts__screen="income"
    )
    alarm = Alarm.objects.filter(kind="probing", subject_id=case_id).exists()
    return Probing(len(questions(case_id, since=now - timedelta(hours=1))), incomes.count(), alarm)


def to_approve() -> list[Approval]:
    """What waits for a second person, the oldest first."""
    found = Approval.objects.filter(state="asked", offer_set__state="draft")
    return list(found.select_related("offer_set__case").order_by("asked_at"))


def alarms() -> list[tuple[Alarm, UUID | None]]:
    """What must never be and was seen, and nobody has looked at yet, the newest first; with the
    case it was seen in."""
    found = list(Alarm.objects.filter(seen_by=None).order_by("-raised_at")[:ALARMS_MAX])
    subjects = [alarm.subject_id for alarm in found]
    cases = dict(OfferSet.objects.filter(id__in=subjects).values_list("id", "case_id"))
    return [
        (alarm, alarm.subject_id if alarm.kind == "probing" else cases.get(alarm.subject_id))
        for alarm in found
    ]


def approval(approval_id: UUID, /) -> Approval:
    """One approval. Raises `offers.not_found`."""
    found = Approval.objects.select_related("offer_set__case").filter(id=approval_id).first()
    if found is None:
        raise OfferError("offers.not_found")
    return found


def expired(*, now: datetime) -> list[OfferSet]:
    """Sets that ran out and were not marked yet."""
    return list(OfferSet.objects.filter(state="sent", expires_at__lte=now))


def is_open(offer_set: OfferSet, /, *, now: datetime) -> bool:
    """Whether something can still be chosen from the set."""
    return (
        offer_set.state == "sent"
        and offer_set.expires_at is not None
        and now < offer_set.expires_at
    )


def days_left(offer_set: OfferSet, /, *, now: datetime) -> int:
    """Whole days until the set expires, in the lender's calendar."""
    zone = lender_queries.get(offer_set.lender_id).zone
    if offer_set.expires_at is None:
        return 0
    last = clock_queries.business_date(now=offer_set.expires_at, zone=zone)
    return (last - clock_queries.business_date(now=now, zone=zone)).days


def document(part: dict[str, Any], /) -> Document:
    """The plan document of one part."""
    return Document.model_validate({"position": part["position"], "terms": part["terms"]})


def _owed(offer_set: OfferSet, /) -> int:
    positions = [item["position"] for item in offer_set.facts["positions"]]
    return sum(item[f"{name}_minor"] for item in positions for name in COMPONENTS)


def _compared(before: Offer, after: Offer, /) -> list[tuple[str, int, int]]:
    return [
        ("installment", before.installment_minor, after.installment_minor),
        ("total", before.total_minor, after.total_minor),
        ("count", before.count, after.count),
        ("rate", before.annual_rate_ppm or 0, after.annual_rate_ppm or 0),
    ]
