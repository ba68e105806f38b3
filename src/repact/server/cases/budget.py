"""What a case's answers say about money, as the policy's method takes it."""

from __future__ import annotations

from typing import Any

from repact.policy import affordability, business
from repact.policy.affordability import Budget, Means, PriorityArrears
from repact.policy.flows import MONTHS_A_YEAR, Flow, Period
from repact.policy.loading import LoadedPolicy
from repact.server.cases.models import Case

LOW_SEASON = "means.low_season"


def means(case: Case, /, *, loaded: LoadedPolicy) -> Means:
    """What the borrower can pay each month, from the answers so far, step by step.

    With a business, what its weakest month can pay; None, for a person to plan, when some months
    can pay nothing and others something.
    """
    rules = loaded.policy.affordability
    budget = household(case, region=_region(case))
    home = affordability.assess(budget, rules)
    if "business" not in case.answers or rules.business is None:
        return home
    made = business.assess(trade(case, budget), rules.business)
    unusual = (finding for finding in home.findings if "category" in finding.params)
    findings = (*unusual, *made.findings)
    if made.way == "unknown":
        return _of_trade(None, findings, made.unknown)
    if made.way == "plan" and not made.level_minor:
        low = affordability.Finding(LOW_SEASON, {"months": list(made.low_months)})
        return _of_trade(None, (*findings, low), ())
    return _of_trade(made.level_minor, findings, ())


def trade_means(case: Case, /, *, loaded: LoadedPolicy) -> business.TradeMeans | None:
    """Twelve months of a business, when the case has one."""
    rules = loaded.policy.affordability.business
    if "business" not in case.answers or rules is None:
        return None
    return business.assess(trade(case, household(case, region=_region(case))), rules)


def household(case: Case, /, *, region: str | None) -> Budget:
    """The home's budget as it was told."""
    income, home = case.answers.get("income", {}), case.answers.get("household", {})
    period, months = income.get("period", "monthly"), tuple(income.get("months", ()))
    periods = home.get("periods", {})
    told = home.get("spending", {})
    plain = period == "monthly" and not months
    more = [
        Flow(line["source"], line["amount_minor"], line.get("period", "monthly"), _months(line))
        for line in income.get("more", ())
    ]
    first = () if plain else (Flow("income", income.get("amount_minor"), period, months),)
    return Budget(
        income_minor=income.get("amount_minor") if plain else None,
        people=home.get("people", 1),
        spending_minor={item: told[item] for item in told if item not in periods},
        incomes=(*first, *more),
        spending=tuple(Flow(item, told.get(item), periods[item]) for item in periods),
        debts=_flow("other_debts", home.get("debts_minor"), "monthly"),
        arrears=tuple(
            PriorityArrears(a["kind"], a["amount_minor"]) for a in home.get("arrears", ())
        ),
        region=region,
        reasons=case.answers.get("unusual", {}).get("reasons", {}),
    )


def trade(case: Case, budget: Budget, /) -> business.Trade:
    """The business's year; what the home needs is drawn from it, other incomes are added to it."""
    told = case.answers["business"]
    period: Period = told["period"]
    low = tuple(told.get("low_months", ()))
    good = tuple(month for month in range(1, MONTHS_A_YEAR + 1) if month not in low) if low else ()
    takings = [Flow("takings", told["takings_minor"], period, good)]
    if low:
        takings.append(Flow("low_takings", told.get("low_takings_minor") or 0, period, low))
    other = [flow for flow in budget.income_flows() if flow.amount_minor]
    return business.Trade(
        takings=(*takings, *other),
        wages=(Flow("wages", told["wages_minor"], period),),
        taxes=(Flow("taxes", told["taxes_minor"], period),),
        rent=(Flow("rent", told["rent_minor"], period),),
        costs=(Flow("costs", told["costs_minor"], period), *budget.debts),
        drawings=tuple(flow for flow in budget.spending_flows() if flow.amount_minor is not None),
    )


def _of_trade(
    level_minor: int | None, findings: tuple[affordability.Finding, ...], unknown: tuple[str, ...]
) -> Means:
    return Means(
        surplus_minor=level_minor,
        buffer_minor=None if level_minor is None else 0,
        affordable_minor=level_minor,
        floor_applied=False,
        findings=findings,
        unknown=unknown,
    )


def _flow(code: str, amount_minor: int | None, period: Period) -> tuple[Flow, ...]:
    return (Flow(code, amount_minor, period),) if amount_minor else ()


def _months(line: dict[str, Any]) -> tuple[int, ...]:
    return tuple(line.get("months", ()))


def _region(case: Case) -> str | None:
    return case.loans.exclude(region="").values_list("region", flat=True).first()
