"""What a proposal says: offers with every figure they were checked by, and why others miss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from repact.law import checks
from repact.plans import certificate, consolidation, disclosure
from repact.plans import terms as t
from repact.plans.document import validate
from repact.plans.figures import Schedule
from repact.plans.position import Position
from repact.policy import survival
from repact.policy.authority import Concession, Reason, at_least
from repact.policy.choosing import Label
from repact.policy.dominance import Merit
from repact.policy.drafts import Draft
from repact.policy.ground import Ground


@dataclass(frozen=True, slots=True)
class Part:
    """One loan of an offer: its own position, terms, exact schedule, disclosure and hash."""

    loan_id: str
    position: Position
    terms: t.Terms
    schedule: Schedule
    disclosure: disclosure.Disclosure
    schedule_sha256: str

    @property
    def certificate(self) -> dict[str, Any]:
        """The small JSON that anyone can recompute the part from."""
        return certificate.certify(self.position, self.terms, self.schedule)


class Evidence(NamedTuple):
    """What must be shown: the tier, the kinds accepted, whether it was shown already.

    Where it may follow within `later_days`, the plan is conditional until `trial_rows` payments
    came on time.
    """

    tier: str
    kinds: tuple[str, ...]
    shown: bool
    later_days: int
    trial_rows: int

    @property
    def is_conditional(self) -> bool:
        """Whether the plan starts before the documents are there."""
        return not self.shown


class Flexibility(NamedTuple):
    """What leaves room: light payments at the start, skips and date moves without cost, grace
    days; and what comes on top of the last payment."""

    light_rows: int
    skips: int
    date_moves: int
    grace_days: int
    end_sum_minor: int


@dataclass(frozen=True, slots=True)
class Offer:
    """One plan that may be offered. `bill` is what the borrower sees over all parts.

    `tier` is who has to agree, by the concession and by what the law wants a supervisor to see.
    `rank` is its place (1 to 5); the borrower sees those up to the policy's `borrower_max`.
    `keep_up` is None while there are not enough cases yet.
    """

    label: Label
    rank: int
    parts: tuple[Part, ...]
    bill: Schedule
    disclosure: disclosure.Disclosure
    schedule_sha256: str
    installment_minor: int
    over_by_minor: int
    concession: Concession
    tier: str
    tier_reasons: tuple[Reason, ...]
    findings: tuple[checks.Finding, ...]
    keep_up: survival.KeepUp | None
    evidence: Evidence
    flexibility: Flexibility
    instruments: tuple[str, ...]
    merit: Merit

    @property
    def fits(self) -> bool:
        """Whether the largest payment is within the borrower's means."""
        return self.over_by_minor == 0

    @property
    def total_minor(self) -> int:
        """All payments together."""
        return self.bill.totals.payment_minor

    @property
    def waived_minor(self) -> int:
        """All that is given up outright, now or when it vests."""
        return self.bill.totals.waived_minor


@dataclass(frozen=True, slots=True)
class NotOffered:
    """An instrument that no offer uses: the rule in the way, its figures, and what would change it.

    `change` names only what a person may honestly alter: an amount, a date, a term, a document.
    """

    instrument: str
    rule_id: str
    params: dict[str, Any]
    change: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Proposal:
    """At most five offers, why other instruments are missing, and what was looked at; `findings`
    are those of the law about the offers together.

    `fingerprint` is the SHA-256 of everything the proposal follows from: the same fingerprint, the
    same offers.
    """

    offers: tuple[Offer, ...]
    not_offered: tuple[NotOffered, ...]
    considered: int
    built: int
    fingerprint: str
    findings: tuple[checks.Finding, ...] = ()


def offer_of(
    ground: Ground,
    draft: Draft,
    *,
    label: Label,
    rank: int,
    over_by_minor: int,
    evidence: Evidence,
    reasons: tuple[Reason, ...],
) -> Offer:
    """A draft with its parts certified, its bill disclosed and its facts named.

    The terms pass through the door of the engine once more: what is offered is what can be read
    back.
    """
    parts = tuple(
        Part(
            loan_id=part.debt.loan_id,
            position=part.debt.position,
            terms=validate(t.Terms, part.terms.as_json()),
            schedule=part.schedule,
            disclosure=disclosed,
            schedule_sha256=certificate.schedule_hash(
                part.debt.position, part.terms, part.schedule
            ),
        )
        for part, disclosed in zip(draft.parts, ground.disclosures(draft), strict=True)
    )
    bill = consolidation.bill_of([part.schedule for part in parts])
    whole = parts[0].disclosure
    if len(parts) > 1:
        triples = [(part.position, part.terms, part.schedule) for part in parts]
        whole = disclosure.disclose_bill(triples, bill)
    conduct, rules = ground.policy.conduct, ground.policy.authority
    findings = ground.findings(draft)
    # a contract above a cap, a debt that may be time-barred: a supervisor looks
    seen = [finding for finding in findings if finding.needs_supervisor]
    tier = at_least(rules, draft.tier, "supervisor") if seen else draft.tier
    raised = [Reason(tier, finding.rule_id, dict(finding.params)) for finding in seen]
    return Offer(
        label=label,
        rank=rank,
        parts=parts,
        bill=bill,
        disclosure=whole,
        schedule_sha256=consolidation.bill_hash([part.schedule_sha256 for part in parts]),
        installment_minor=draft.installment_minor,
        over_by_minor=over_by_minor,
        concession=draft.concession,
        tier=tier,
        tier_reasons=(*reasons, *raised),
        findings=findings,
        keep_up=survival.keep_up(
            ground.survival,
            old_minor=ground.old_installment_minor,
            new_minor=draft.installment_minor,
        ),
        evidence=evidence,
        flexibility=Flexibility(
            light_rows=-draft.merit.heaviness,
            skips=conduct.skips,
            date_moves=conduct.date_moves,
            grace_days=conduct.grace_days,
            end_sum_minor=draft.end_sum_minor,
        ),
        instruments=_used(ground, draft, evidence),
        merit=draft.merit,
    )


def _used(ground: Ground, draft: Draft, evidence: Evidence) -> tuple[str, ...]:
    """What a plan uses; while its papers may still follow, its first payments are a trial."""
    found = ground.used(draft)
    on_trial = evidence.is_conditional and evidence.trial_rows
    return tuple(sorted({*found, "trial"})) if on_trial else found
