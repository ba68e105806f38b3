"""The sentence for every rule a policy or the law may put in a plan's way, and what would help."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

from repact.law import catalogue
from repact.law.entries import Entry
from repact.server.pages import currency

GENERAL = _("A rule is in the way (%(rule_id)s).")
LAW = _("%(meaning)s (%(rule_id)s)")
UNCONFIRMED = _("%(meaning)s (%(rule_id)s, not confirmed)")
RULES: dict[str, str] = {
    "policy.above_means": _("The smallest payment it can have is above what your budget leaves."),
    "policy.negative_budget": _(
        "Your spending is more than your income. A plan would only make it worse: "
        "you get breathing space, and a person."
    ),
    "policy.another_suits_better": _("Another kind of plan suits better."),
    "policy.smaller_concession_is_enough": _("A smaller step is already enough."),
    "policy.nothing_owed_there": _("Nothing is owed there."),
    "policy.settlement_not_asked": _("Nobody asked to settle with one sum."),
    "policy.settlement_not_allowed": _("This debt cannot be settled with one sum."),
    "policy.settlement_share_min": _("The sum offered is too small to settle the debt."),
    "policy.by_a_person": _("Only a person can work this out. Ask for one."),
    "policy.trial_not_needed": _("Nothing has to be tried first: your papers are enough."),
    "policy.dates_follow_payday": _(
        "Every plan falls on your payday already; you can ask for another day."
    ),
    "policy.paid_monthly": _("It is for people who are paid by the week."),
    "policy.rhythm_not_offered": _("This lender does not take payments in that rhythm."),
    "policy.no_slow_months": _("It is for people whose year has slow months."),
    "policy.low_months_max": _("The year has more slow months than it may have payments to match."),
    "policy.nothing_left_of_contract": _("The contract asks for no more payments."),
    "policy.steps_out_of_bounds": _("The policy has fewer steps, or smaller ones."),
    "policy.rows_out_of_bounds": _("The policy has fewer such payments."),
    "policy.share_out_of_bounds": _("The policy does not have so small or so large a part."),
    "policy.barred_for_this_case": _("It is not open in this case."),
    "policy.not_for_product": _("It does not exist for this kind of loan."),
    "policy.not_in_bucket": _("It does not exist for a debt this far in arrears."),
    "policy.keeper_cannot": _("The system that keeps this loan cannot do it."),
    "policy.no_plan_fits": _("No plan of this kind fits."),
    "policy.nobody_may_give_it": _("It would give away more than anybody here may."),
    "policy.evidence_needed": _("It needs a document first."),
    "policy.rate_out_of_bounds": _("The policy has no such rate for this loan."),
    "policy.waiver_out_of_bounds": _("The policy waives less than this."),
    "policy.authority.concession_minor_max": _("It gives away more than this person may alone."),
    "policy.authority.waived_minor_max": _("It waives more than this person may alone."),
    "policy.authority.share_ppm_max": _("It gives away a larger share than one may alone."),
    "policy.authority.forbearance_number_max": _("It is not the first help for this debt."),
    "plan.never_ends": _("The interest would grow faster than the debt shrinks."),
    "plan.more_than_owed": _("That is more than is owed."),
    "policy.rows_ask_more": _("So many payments need a larger amount each."),
    "policy.first_payment_date": _("The first payment cannot be on that day."),
    "policy.settlement_part_too_small": _(
        "One of the loans is too small to take its part of one sum."
    ),
    "policy.evidence_above_every_tier": _("The amount is larger than documents alone can decide."),
    "policy.tier_needed": _("Somebody else has to agree to it first."),
    "policy.caps.agent_day_minor": _("More was given away today than one person may."),
    "policy.caps.borrower_year_minor": _(
        "More was given away to one borrower in a year than may be."
    ),
    "policy.caps.automatic_day_minor": _("More was given away today than may be without a person."),
    "policy.product_not_covered": _("This kind of loan is not covered here."),
    "policy.nothing_in_bucket": _("There is no plan for a debt this far in arrears."),
    "policy.reason_not_covered": _("The reason told is not one this lender knows."),
    "policy.owed_too_small": _("What is owed is too small for a plan."),
    "policy.owed_too_large": _("What is owed is more than a plan here may cover."),
    "policy.not_in_arrears": _("Help is open once a payment was missed."),
    "policy.legal_stage": _("The debt is before a court: a person has to look."),
    "policy.plans_per_year": _("There were already as many plans in a year as may be."),
    "policy.plans_running": _("Another plan is still running."),
    "policy.minor": _("Somebody under age cannot agree to a plan alone."),
    "policy.months_max": _("It would take longer than this loan may."),
}
HELPS: dict[str, str] = {
    "amount_minor": _("%(amount)s would do."),
    "evidence": _("A document would help: %(kinds)s."),
    "term": _("A shorter plan would help."),
    "date": _("Another date would help."),
    "person": _("A person can look at it."),
}


def sentence(rule: dict[str, Any], /) -> str:
    """What a rule says to the reader, with what would change it where that is known."""
    rule_id = str(rule["rule_id"])
    said = [words(rule_id)]
    for name, value in (rule.get("change") or {}).items():
        if name in HELPS and value:
            said.append(gettext(HELPS[name]) % _figures(value))
    return " ".join(said)


def words(rule_id: str, /) -> str:
    """What a rule says: one of a policy by its sentence here, one of law by the catalogue's own
    line, which is in both languages; what is known from memory alone is called so."""
    if rule_id in RULES:
        return gettext(RULES[rule_id])
    entry = _law(rule_id)
    if entry is None:
        return gettext(GENERAL) % {"rule_id": rule_id}
    chinese = (get_language() or "zh").startswith("zh")
    meaning = entry.meaning.zh if chinese else entry.meaning.en
    text = UNCONFIRMED if entry.is_unconfirmed else LAW
    return gettext(text) % {"meaning": meaning.rstrip("。."), "rule_id": rule_id}


def of_plans(offers: Iterable[Any], /) -> list[str]:
    """What the law says about plans, each rule once, in the order in which it was found."""
    found = [finding["rule_id"] for offer in offers for finding in offer.findings]
    return [words(rule_id) for rule_id in dict.fromkeys(found)]


def _law(rule_id: str) -> Entry | None:
    """The entry of this id, as it was last written; None where it is no rule of law."""
    place = rule_id.partition("-")[0].lower()
    if place not in catalogue.jurisdictions():
        return None
    return next((e for e in reversed(catalogue.load(place).entries) if e.id == rule_id), None)


def _figures(value: Any) -> dict[str, str]:
    kinds = ", ".join(str(item) for item in value) if isinstance(value, list) else ""
    return {"amount": currency.written(value) if isinstance(value, int) else "", "kinds": kinds}
