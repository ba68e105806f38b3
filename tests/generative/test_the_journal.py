"""Whatever happens to a plan: entries balance, a reversal is an inverse, balances are their sum."""

from __future__ import annotations

from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from repact.ledger import chart, outcomes, plan_life, templates
from repact.ledger.entry import Entry, LedgerError

ON = date(2026, 11, 24)
COMPONENTS = ("principal", "interest", "penalty", "fees")
amounts = st.integers(-(10**11), 10**11)
sums = st.integers(0, 10**11)
by_component = st.fixed_dictionaries(dict.fromkeys(COMPONENTS, sums))
ACCOUNTS = ("1101", "1201", "1208", "1209", "2201")
by_account = st.fixed_dictionaries(dict.fromkeys(ACCOUNTS, amounts))
changed_by_component = st.fixed_dictionaries(dict.fromkeys(COMPONENTS, amounts))
changes = st.builds(
    plan_life.Change,
    cash_minor=amounts,
    open_minor=changed_by_component,
    late_minor=amounts,
    credit_minor=amounts,
    returned_minor=amounts,
    vested_minor=amounts,
    unearned_minor=amounts,
)


@st.composite
def entries(draw: st.DrawFn) -> Entry | None:
    """An entry of some template with any amounts; None where they come to nothing."""
    base = {"on": ON, "currency": "CNY"}
    template = draw(
        st.sampled_from(
            [
                lambda: plan_life.plan_changed(template="x", change=draw(changes), **base),
                lambda: plan_life.plan_ended(
                    template="x",
                    open_minor=draw(by_component),
                    owed_minor=draw(by_component),
                    late_minor=draw(sums),
                    waived_back_minor=draw(amounts),
                    pending_minor=draw(sums),
                    **base,
                ),
                lambda: templates.agreement_sealed(
                    owed_minor=draw(by_component),
                    planned_minor=draw(by_component),
                    waived_minor=draw(sums),
                    pending_minor=draw(sums),
                    **base,
                ),
                lambda: templates.payment_received(
                    applied_minor=draw(by_component),
                    late_minor=draw(sums),
                    excess_minor=draw(sums),
                    **base,
                ),
                lambda: outcomes.written_off(carried_minor=draw(by_account), **base),
                lambda: outcomes.recovered(
                    amount_minor=draw(amounts), credit_minor=draw(sums), **base
                ),
                lambda: outcomes.debt_sold(
                    carried_minor=draw(by_account), price_minor=draw(sums), **base
                ),
                lambda: outcomes.modification_recognized(gain_minor=draw(amounts), **base),
                lambda: outcomes.modification_reversed(gain_minor=draw(amounts), **base),
            ]
        )
    )
    try:
        return template()
    except LedgerError as refusal:
        if refusal.code != "ledger.too_few_lines":
            raise
        return None


def balances(posted: list[Entry]) -> Counter[str]:
    left: Counter[str] = Counter()
    for entry in posted:
        for line in entry.lines:
            left[line.account] += line.amount_minor
    return left


@given(st.lists(entries(), max_size=6))
def test_every_set_of_entries_adds_up_to_zero(made):
    posted = [entry for entry in made if entry]
    assert sum(balances(posted).values()) == 0
    assert set(balances(posted)) <= set(chart.accounts())


@given(st.lists(entries(), max_size=6))
def test_a_reversal_is_an_inverse(made):
    posted = [entry for entry in made if entry]
    undone = [entry.reversal(happened_on=ON) for entry in posted]
    assert not any(balances(posted + undone).values())
    assert [one.reversal(happened_on=ON).lines for one in undone] == [one.lines for one in posted]


@given(st.lists(entries(), max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_entries_does_not_matter(made, chance):
    posted = [entry for entry in made if entry]
    shuffled = chance.sample(posted, len(posted))
    assert balances(posted) == balances(shuffled)


@given(changes)
def test_a_change_of_a_plan_moves_each_amount_to_its_place(change):
    try:
        entry = plan_life.plan_changed(template="x", on=ON, currency="CNY", change=change)
    except LedgerError:
        return
    left = balances([entry])
    assert left[chart.WALLET_CLEARING] == change.cash_minor
    assert left[chart.BORROWER_CREDIT] == -change.credit_minor
    assert left[chart.LATE_INCOME] == -change.late_minor
    for name, account in chart.PLAN_RECEIVABLE.items():
        assert left[account] == change.open_minor[name]
    assert left[chart.WAIVERS] == change.vested_minor - change.returned_minor
    assert left[chart.WAIVERS_TO_EARN] == -change.vested_minor - change.unearned_minor
