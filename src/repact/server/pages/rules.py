"""The sentence for every rule a policy or the law may put in a plan's way, and what would help."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from repact.server.pages.templatetags.figures import money

GENERAL = _("A rule is in the way (%(rule_id)s).")
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
    "policy.months_max": _("It would take longer than this loan may."),
}
HELPS: dict[str, str] = {
    "amount_minor": _("¥%(amount)s would do."),
    "evidence": _("A document would help: %(kinds)s."),
    "term": _("A shorter plan would help."),
    "date": _("Another date would help."),
    "person": _("A person can look at it."),
}


def sentence(rule: dict[str, Any], /) -> str:
    """What a rule says to the reader, with what would change it where that is known."""
    rule_id = str(rule["rule_id"])
    said = [gettext(RULES.get(rule_id, GENERAL)) % {"rule_id": rule_id}]
    for name, value in (rule.get("change") or {}).items():
        if name in HELPS and value:
            said.append(gettext(HELPS[name]) % _figures(value))
    return " ".join(said)


def _figures(value: Any) -> dict[str, str]:
    kinds = ", ".join(str(item) for item in value) if isinstance(value, list) else ""
    return {"amount": money(value) if isinstance(value, int) else "", "kinds": kinds}
