"""From "I can't pay" to a signed agreement and a first repayment, on a phone, in a real browser."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx
from playwright.sync_api import Page

from repact.ledger import chart
from repact.server.agreements.documents import figures
from tests.journeys import steps

PERSONAS = {True: "linxiaoyu", False: "ayinuer"}


def test_the_way_through(demo, phone: Page, desk: Page, scripting: bool):
    who = PERSONAS[scripting]
    steps.come_in(demo, phone, who)
    steps.apply_in_nine_screens(phone)
    steps.wait_for_the_hold(phone)
    steps.send_three_plans(demo, desk)
    shown = steps.choose_the_lighter_plan(demo, phone)
    steps.sign(demo, phone, who)
    pdf = steps.wait_for_the_seal(phone)
    steps.pay_the_first_installment(demo, phone)
    assert_same_figures_everywhere(demo, phone, pdf, shown)


def assert_same_figures_everywhere(demo, phone: Page, pdf: bytes, shown: dict[str, str]) -> None:
    """One number, wherever it is read: page, PDF, API, ledger."""
    read = figures.of_text(pdf, "zh-hans")
    assert steps.minor(shown["installment"]) == read.installment_minor
    assert steps.minor(shown["total"]) == read.total_minor
    assert (
        shown["rate"]
        == f"{read.annual_rate_ppm // 10_000}.{read.annual_rate_ppm % 10_000 // 100:02d}%"
    )

    link = phone.get_by_role("link", name="我的协议").get_attribute("href")
    agreement_id = link.strip("/").split("/")[-1]
    with httpx.Client(base_url=f"{demo.web}/api/v1", headers=key(demo)) as api:
        agreement = api.get(f"/agreements/{agreement_id}").raise_for_status().json()
        entries = (
            api.get(f"/agreements/{agreement_id}/entries").raise_for_status().json()["entries"]
        )
    assert agreement["installment_minor"] == read.installment_minor
    assert agreement["totals"]["payment_minor"] == read.total_minor
    nominal = agreement["disclosure"]["annual_rate_nominal_ppm"]
    assert (nominal + 50) // 100 * 100 == read.annual_rate_ppm

    plan = set(chart.PLAN_RECEIVABLE.values())
    opened = next(e for e in entries if e["template"] == "agreement_sealed")
    asked = sum(line["amount_minor"] for line in opened["lines"] if line["account"] in plan)
    assert asked == read.total_minor
    paid = next(e for e in entries if e["template"] == "payment_received")
    applied = -sum(line["amount_minor"] for line in paid["lines"] if line["account"] in plan)
    assert applied == agreement["rows"][0]["payment_minor"] == read.installment_minor
    assert all(sum(line["amount_minor"] for line in entry["lines"]) == 0 for entry in entries)
    assert (
        steps.minor(phone.locator("[data-figure=left]").inner_text()) == read.total_minor - applied
    )


def key(demo) -> dict[str, str]:
    """An API key of the demo's lender."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("REPACT_", "DATABASE_URL"))
    }
    environment |= {
        "REPACT_VAR": str(demo.var),
        "DJANGO_SETTINGS_MODULE": "repact.sandbox.settings",
    }
    repact = Path(sys.executable).with_name("repact")
    made = subprocess.run(
        [str(repact), "server", "api-key", "journey"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return {"Authorization": f"Bearer {made.stdout.strip()}"}
