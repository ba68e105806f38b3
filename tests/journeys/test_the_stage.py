"""The stage: a newcomer moves the clock and sees a reminder, a payment and lateness."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.journeys import steps

WHO = "huang"


@pytest.mark.parametrize("scripting", [True], ids=["in-a-browser"])
def test_moving_the_clock_shows_what_follows(demo, phone: Page, desk: Page, browser):
    plan_in_force(demo, phone, desk)
    stage = browser.new_context(locale="zh-CN", viewport={"width": 1600, "height": 1000}).new_page()
    stage.goto(f"{demo.web}/stage/")
    steps.photograph(stage, "stage")
    steps.assert_accessible(stage)

    stage.get_by_role("button", name="到下一个还款日").click()
    phone.goto(f"{demo.web}/home/")
    steps.until(phone, "已经还了 1 期")
    expect(phone.get_by_text("到期。").first).to_be_visible()

    empty_the_wallet(demo)
    stage.get_by_role("button", name="到下一个还款日").click()
    for _ in range(2):
        stage.get_by_role("button", name="加 1 天").click()
    steps.until(phone, "晚了")
    steps.assert_accessible(phone)
    steps.photograph(phone, "late")
    stage.context.close()


def plan_in_force(demo, phone: Page, desk: Page) -> None:
    steps.come_in(demo, phone, WHO)
    steps.apply_in_nine_screens(phone)
    steps.send_three_plans(demo, desk)
    steps.choose_the_lighter_plan(demo, phone)
    steps.sign(demo, phone, WHO)
    steps.wait_for_the_seal(phone)


def empty_the_wallet(demo) -> None:
    """Take what is in the demo wallet, so that the next debit is declined."""
    with httpx.Client(base_url=demo.wallet, headers=demo.peer_headers) as wallet:
        account = f"demo-{WHO}"
        left = wallet.get(f"/api/accounts/{account}").raise_for_status().json()["balance_minor"]
        body = {"request_id": "rent", "account": account, "amount_minor": left, "currency": "CNY"}
        wallet.post("/api/debits", json=body).raise_for_status()
