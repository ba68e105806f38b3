"""The plan of a help for many: preset by the policy, judged like any other."""

from __future__ import annotations

from typing import Any

from repact.plans.errors import PlanError
from repact.plans.fields import WHOLE_PPM
from repact.policy import judging
from repact.policy.candidates import MEASURES, Candidate, Head, Pace, Relief
from repact.policy.choosing import Refusal
from repact.policy.drafts import Draft
from repact.policy.ground import Ground
from repact.policy.promises import Relief as Help


def preset(ground: Ground, help_: Help, /) -> Draft | Refusal:
    """The plan that is accepted by a tap: the help's pause and rate, everything it waives waived in
    full, the contract's number of payments; or the rule in its way. What a debt may not use is left
    out for it.

    Nobody was asked for an income, so it is not held against the monthly means.
    """
    common = frozenset.intersection(*(limits.may for limits in ground.limits))
    may = frozenset().union(*(limits.may for limits in ground.limits))
    if not may & set(help_.instruments):
        return Refusal("policy.not_for_product", {"instruments": [*help_.instruments]}, {})
    waived: dict[str, Any] = {n: WHOLE_PPM for n in MEASURES if n in help_.instruments}
    holiday = ground.policy.instruments.holiday
    head = Head()
    if help_.holiday_rows and holiday and "holiday" in common & set(help_.instruments):
        rows = min(help_.holiday_rows, holiday.rows_max)
        head = Head("holiday", rows, holiday.interest[0])
        waived["collect"] = "last"  # a pause that asks for overdue interest would be none
    contracts = [debt.position.contract for debt in ground.debts]
    count = max((len(found.remaining) for found in contracts if found), default=0) or 1
    pace = Pace(help_.annual_rate_ppm, count, head)
    try:
        draft = ground.draft(Candidate(Relief()._replace(**waived), pace))
    except PlanError as error:
        return Refusal(error.code, error.params, {"person": True})
    return judging.judge(ground, draft) or draft
