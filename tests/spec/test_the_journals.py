"""Every journal template has its names, its moment, and an example that balances."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import repact
from repact.ledger import catalogue
from repact.plans.instruments.elsewhere import all_entries
from tests.spec import journal_manual
from tests.spec.journal_specs import BY_TEMPLATE, EXAMPLES, sealed_by

SOURCE = Path(repact.__file__).parent


def test_every_template_has_an_example():
    assert set(EXAMPLES) == set(catalogue.templates())


@pytest.mark.parametrize("code", catalogue.templates())
def test_a_template_is_named_in_both_languages_and_balances(code):
    one = catalogue.templates()[code]
    assert all(re.search("[一-鿿]", said) for said in (one.zh, one.moment.zh))
    assert one.en.isascii()
    assert one.moment.en.endswith(".")
    assert sum(line.amount_minor for line in EXAMPLES[code].lines) == 0


def test_no_template_is_posted_that_is_not_listed():
    """Codes are written out where they are posted, so that they can be found."""
    found = {
        code
        for room in ("server", "ledger")
        for path in (SOURCE / room).rglob("*.py")
        for code in re.findall(r'template="([^"]+)"|Entry\(\n\s+"([^"]+)"', path.read_text("utf-8"))
        for code in code
        if code
    }
    assert found
    assert {code for code in found if not catalogue.is_listed(code)} == set()


@pytest.mark.parametrize("code", catalogue.templates())
def test_every_template_is_posted_by_an_action(code):
    """By its name, or by the function of the ledger that makes it and has its name."""
    named = "sealing.sealed(" if code == "agreement_sealed" else f'"{code}"'
    posted = re.compile(rf"(outcomes|plan_life|templates)\.{code}\(|{re.escape(named)}")
    kept_out = {"verification.py", "flow.py", "tasks.py", "plan_sentences.py"}
    assert any(
        posted.search(path.read_text("utf-8"))
        for path in (SOURCE / "server").rglob("*.py")
        if path.name not in kept_out and "migrations" not in path.parts
    )


@pytest.mark.parametrize("number", all_entries())
def test_every_instrument_has_its_entries(number):
    sealed = sealed_by(number)
    if sealed is None:
        assert all(code in EXAMPLES for code in BY_TEMPLATE[number])
    else:
        assert sum(line.amount_minor for line in sealed.lines) == 0


def test_the_pages_are_what_the_specs_print():
    for path, printed in (
        (journal_manual.JOURNALS, journal_manual.journals()),
        (journal_manual.CHART, journal_manual.accounts()),
    ):
        assert path.read_text(encoding="utf-8") == printed, (
            "write it anew: python -m tests.spec.journal_manual"
        )
