"""The examples that take more than one line to make."""

from __future__ import annotations

from datetime import date

from repact.plans import consolidation, search
from repact.plans import terms as t
from repact.plans.instruments import arrears, payments, price, timing
from repact.plans.instruments.change import Change, compose
from repact.plans.servicing import events, promises
from repact.plans.servicing.agreement import Agreement
from repact.plans.servicing.replay import payoff, position_on, replay
from tests.spec.figures import BASIS, figures, figures_of, owing

NO_PENALTY = price.penalty_waiver()
CAPITALIZED = (NO_PENALTY, arrears.capitalize())


def level(count: int) -> Change:
    return timing.term_extension(count=count)


def closing(*changes: Change, amounts: list[int]) -> int:
    """What the last of these amounts has to be."""
    return search.closing_amount(
        owing(), compose(BASIS, *changes, payments.custom(amounts_minor=[*amounts, 1]))
    )


def reinstated() -> dict[str, int]:
    contract = owing().contract
    head = [row.amount_minor for row in contract.remaining[:-1]]
    return figures(
        NO_PENALTY,
        arrears.reinstatement(
            contract=contract,
            overdue_principal_minor=0,
            last_minor=closing(NO_PENALTY, amounts=head),
        ),
    )


def promised() -> dict[str, int]:
    promise = promises.Promise(said_on="2024-01-02", by="2024-01-20", amount_minor=34_500)
    paid = events.parse_events(
        [{"id": "a", "kind": "payment", "on": "2024-01-19", "amount_minor": 34_500}]
    )
    kept = promises.outcome(promise, paid, date(2024, 1, 20)) == "kept"
    broken = promises.outcome(promise, (), date(2024, 1, 21)) == "broken"
    return {"kept": int(kept), "broken": int(broken), "amount": 34_500}


def income_share() -> dict[str, int]:
    incomes = [*([600_000, 300_000, 900_000] * 4), 600_000]
    amounts = [min(max(income * 200_000 // 1_000_000, 50_000), 150_000) for income in incomes]
    last = closing(*CAPITALIZED, amounts=amounts[:-1])
    return figures(
        *CAPITALIZED,
        payments.income_share(
            incomes_minor=incomes,
            share_ppm=200_000,
            floor_minor=50_000,
            cap_minor=150_000,
            last_minor=last,
        ),
    )


def seasonal() -> dict[str, int]:
    terms = compose(BASIS, *CAPITALIZED, level(12))
    weights = [1, 1, 1, 1, 1, 3, 3, 3, 3, 1, 1, 1]
    return figures_of(owing(), search.scaled_to_close(owing(), terms, weights).terms)


def cascaded() -> dict[str, int]:
    rungs = [
        Change(
            measures=(*NO_PENALTY.measures, *arrears.capitalize().measures), tail=level(24).tail
        ),
        level(48),
        Change(annual_rate_ppm=120_000),
        Change(annual_rate_ppm=60_000),
    ]
    made = search.cascade(owing(), BASIS, rungs, 36_000)
    return {
        "rungs": len(made),
        "reached": int(made[-1].reached),
        "payment": made[-1].largest_minor,
        "cost": made[-1].cost_minor or 0,
    }


def two_loans() -> dict[str, tuple]:
    small = owing(principal_minor=400_000, interest_minor=0, penalty_minor=0)
    plan = compose(BASIS, *CAPITALIZED, level(12))
    return {"wallet": (owing(), plan), "phone": (small, compose(BASIS, level(12)))}


def consolidated() -> dict[str, int]:
    made = consolidation.consolidate(two_loans())
    first = made.bill[0]
    return {
        "payment": first.payment_minor,
        "wallet": first.parts["wallet"],
        "phone": first.parts["phone"],
    }


def shared_out() -> dict[str, int]:
    interest_free = {
        name: (position, terms.model_copy(update={"annual_rate_ppm": 0}))
        for name, (position, terms) in two_loans().items()
    }
    made = consolidation.share_out(interest_free, payment_minor=100_000)
    first = made.bill[0]
    return {"rows": len(made.bill), "wallet": first.parts["wallet"], "phone": first.parts["phone"]}


def signed() -> Agreement:
    return Agreement.of(owing(), compose(BASIS, *CAPITALIZED, level(12)))


def ended() -> dict[str, int]:
    end = events.parse_events([{"id": "t", "kind": "termination", "on": "2024-02-01"}])
    state = replay(signed(), end, date(2024, 2, 1))
    return {"owed": state.open_minor, "payoff": payoff(signed(), (), date(2024, 2, 1)).total_minor}


def renegotiated() -> dict[str, int]:
    paid = events.parse_events(
        [{"id": "a", "kind": "payment", "on": "2024-02-01", "amount_minor": 113_179}]
    )
    position = position_on(signed(), paid, date(2024, 2, 1))
    return {"principal": position.principal_minor, "interest": position.interest_minor}


def weekly() -> dict[str, int]:
    return figures(
        *CAPITALIZED,
        timing.frequency_change(
            frequency=t.Frequency(every=2, unit="week"), first_due_date=date(2024, 1, 12)
        ),
        level(26),
    )
