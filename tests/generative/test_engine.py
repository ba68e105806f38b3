"""Random plans: the engine against a naive one, and against the laws that must always hold."""

from __future__ import annotations

import hashlib
import os
from datetime import date, timedelta

import rfc8785
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from repact.plans import certificate, document, schedule
from repact.plans.errors import PlanError
from tests.generative import naive

EXAMPLES = int(os.environ.get("REPACT_EXAMPLES", "2000"))
shares = st.sampled_from([0, 1, 333_333, 500_000, 1_000_000])
days = st.dates(date(2023, 1, 1), date(2028, 12, 31))


@st.composite
def measures(draw, effective: date):
    made = []
    for _ in range(draw(st.integers(0, 4))):
        accrued = draw(st.sampled_from(["interest", "penalty", "fees"]))
        since = effective + timedelta(days=draw(st.integers(0, 500)))
        made.append(
            draw(
                st.sampled_from(
                    [
                        {
                            "kind": "waive",
                            "component": draw(st.sampled_from([accrued, "principal"])),
                            "share_ppm": draw(st.sampled_from([0, 1, 333_333, 500_000])),
                            "vests": draw(
                                st.sampled_from(["now", "per_installment", "on_completion"])
                            ),
                        },
                        {"kind": "waive", "component": accrued, "share_ppm": 1_000_000},
                        {"kind": "capitalize", "component": accrued, "share_ppm": draw(shares)},
                        {
                            "kind": "carry",
                            "component": accrued,
                            "to": draw(st.sampled_from(["first", "spread", "last"])),
                        },
                        {
                            "kind": "set_aside",
                            "share_ppm": draw(st.sampled_from([0, 100_000, 333_333])),
                        },
                        {
                            "kind": "rate",
                            "from_date": since.isoformat(),
                            "annual_rate_ppm": draw(st.integers(0, 400_000)),
                        },
                        {
                            "kind": "freeze",
                            "from_date": since.isoformat(),
                            "to_date": (
                                since + timedelta(days=draw(st.integers(1, 90)))
                            ).isoformat(),
                        },
                    ]
                )
            )
        )
    return made


@st.composite
def shapes(draw, head, tail):
    """Heads and a tail, or with a balloon, or one sum that settles all."""
    balloon = {"kind": "balloon", "share_ppm": draw(st.sampled_from([0, 100_000, 400_000]))}
    ending = draw(st.sampled_from(["plain", "plain", "plain", "balloon", "settled"]))
    if ending == "settled":
        return [{"kind": "lump_sum", "amount_minor": draw(st.integers(1, 5_000_000))}]
    if ending == "balloon" and tail["kind"] == "level":
        return [*head, tail, balloon]
    return [*head, tail]


@st.composite
def plans(draw):
    effective = draw(days)
    unit = draw(st.sampled_from(["month", "week", "day"]))
    if unit == "month":
        anchor = draw(st.integers(1, 31))
        months = effective.year * 12 + effective.month
        year, month = months // 12, months % 12 + 1
        first = date(year, month, min(anchor, naive.month_end(year, month)))
        frequency = {"every": draw(st.integers(1, 3)), "unit": unit, "anchor_day": anchor}
    else:
        first = effective + timedelta(days=draw(st.integers(1, 40)))
        frequency = {"every": draw(st.integers(1, 30)), "unit": unit}
    heads = {
        "interest_only": st.fixed_dictionaries(
            {"kind": st.just("interest_only"), "count": st.integers(1, 5)}
        ),
        "holiday": st.fixed_dictionaries(
            {
                "kind": st.just("holiday"),
                "count": st.integers(1, 5),
                "interest": st.sampled_from(["accrue", "simple", "freeze"]),
            }
        ),
        "fixed": st.fixed_dictionaries(
            {
                "kind": st.just("fixed"),
                "count": st.integers(1, 5),
                "amount_minor": st.integers(1, 60_000),
            }
        ),
    }
    head = draw(st.lists(st.one_of(*heads.values()), max_size=3))
    count = draw(st.integers(1, 40))
    tail = draw(
        st.sampled_from(
            [
                {"kind": "level", "count": count},
                {
                    "kind": "growing",
                    "count": count,
                    "growth_ppm": draw(st.integers(-20_000, 60_000)),
                },
            ]
        )
    )
    return {
        "position": {
            "as_of": effective.isoformat(),
            "currency": "CNY",
            "principal_minor": draw(st.integers(1, 10_000_000)),
            "interest_minor": draw(st.integers(0, 99_999)),
            "penalty_minor": draw(st.integers(0, 9_999)),
            "fees_minor": draw(st.integers(0, 999)),
        },
        "terms": {
            "version": 1,
            "effective_date": effective.isoformat(),
            "annual_rate_ppm": draw(st.integers(0, 360_000)),
            "day_count": draw(
                st.sampled_from(["30/360", "ACT/365F", "ACT/360", "ACT/364", "ACT/ACT"])
            ),
            "rounding": draw(st.sampled_from(["half_up", "half_even"])),
            "measures": draw(measures(effective)),
            "frequency": frequency,
            "first_due_date": first.isoformat(),
            "shape": draw(shapes(head, tail)),
        },
    }


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(plans())
def test_the_engine_agrees_with_a_naive_one(data):
    made = document.validate(document.Document, data)
    try:
        built = schedule.build(made.position, made.terms)
    except PlanError:
        assume(False)
    schedule.check(made.position, made.terms, built)
    rows = [
        {
            "due_date": row.due_date.isoformat(),
            "principal": row.principal_minor,
            "interest": row.interest_minor,
            "penalty": row.penalty_minor,
            "fees": row.fees_minor,
            "vesting": row.vesting_minor,
            "balance": row.balance_minor,
        }
        for row in built.rows
    ]
    assert rows == naive.schedule(data)
    assert_lawful(data, built)


def assert_lawful(data, built):
    """Nothing lost, nothing invented: what was owed is paid or waived, and interest is the rest."""
    position, totals = data["position"], built.totals
    for component in ("penalty", "fees"):
        assert getattr(totals, f"{component}_minor") <= position[f"{component}_minor"]
    owed = sum(position[f"{c}_minor"] for c in ("principal", "interest", "penalty", "fees"))
    assert totals.payment_minor + totals.waived_minor >= owed
    assert sum(row.vesting_minor for row in built.rows) <= totals.waived_minor
    assert all(row.principal_minor >= 0 and row.interest_minor >= 0 for row in built.rows)


@settings(max_examples=EXAMPLES // 4, deadline=None, suppress_health_check=list(HealthCheck))
@given(plans())
def test_the_hash_is_over_what_rfc_8785_says(data):
    made = document.validate(document.Document, data)
    try:
        built = schedule.build(made.position, made.terms)
    except PlanError:
        assume(False)
    part = certificate.hashed_part(made.position, made.terms, built)
    expected = hashlib.sha256(rfc8785.dumps(part)).hexdigest()
    assert certificate.schedule_hash(made.position, made.terms, built) == expected
