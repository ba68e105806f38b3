"""From "I can't pay" to a signed agreement and a first repayment, on a phone, in a real browser."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import httpx
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect

from repact.ledger import chart
from repact.server.agreements.documents import figures

SPENDING = {
    "people": "1",
    "rent": "1600",
    "food": "1200",
    "dependants": "500",
    "utilities": "310",
    "transport": "260",
    "medical": "180",
    "other": "100",
}
PERSONAS = {True: "linxiaoyu", False: "chenguoqiang"}
SECRETS = ("password", "secret", "traceback")


def test_the_way_through(demo, phone: Page, desk: Page, scripting: bool):
    who = PERSONAS[scripting]
    come_in(demo, phone, who)
    apply_in_nine_screens(phone)
    wait_for_the_hold(phone)
    send_three_plans(demo, desk)
    shown = choose_the_lighter_plan(demo, phone)
    sign(demo, phone, who)
    pdf = wait_for_the_seal(phone)
    pay_the_first_installment(demo, phone)
    assert_same_figures_everywhere(demo, phone, pdf, shown)


def come_in(demo, phone: Page, who: str) -> None:
    phone.goto(f"{demo.wallet}/u/demo-{who}")
    phone.get_by_role("button").click()
    expect(phone.get_by_role("heading", name="今天所欠")).to_be_visible()


def apply_in_nine_screens(phone: Page) -> None:
    phone.get_by_role("button", name="申请新的方案").click()
    go_on(phone)
    go_on(phone)
    expect(phone.get_by_role("alert")).to_contain_text("选一个或两个")
    phone.get_by_label("没了工作").check()
    go_on(phone)
    phone.get_by_label("3 到 6 个月", exact=True).check()
    go_on(phone)
    phone.fill("[name=amount]", "5.2千")
    go_on(phone)
    for name, value in SPENDING.items():
        phone.fill(f"[name={name}]", value)
    go_on(phone)
    expect(phone.locator("#hint")).to_contain_text("900.00")
    phone.fill("[name=monthly]", "¥900")
    phone.get_by_label("每月 15 日").check()
    go_on(phone)
    phone.get_by_label("现在发一张照片或 PDF").check()
    file = {"name": "letter.png", "mimeType": "image/png", "buffer": picture()}
    phone.set_input_files("[name=file]", file)
    go_on(phone)
    phone.get_by_label("只发消息，别打电话").check()
    go_on(phone)
    assert_accessible(phone)
    phone.get_by_role("button", name="提交申请").click()
    expect(phone.get_by_role("heading", name="收到了")).to_be_visible()


def wait_for_the_hold(phone: Page) -> None:
    """Until the core acknowledges, the page says so; then it says that the debits are stopped."""
    until(phone, "贷款机构的系统确认了")


def send_three_plans(demo, desk: Page) -> None:
    desk.goto(f"{demo.web}/stage/")
    desk.locator("form[action='/stage/staff/zhoumin@demo.example/'] button").click()
    desk.wait_for_timeout(500)
    desk.goto(f"{demo.web}/desk/")
    desk.locator(".queue a").filter(has_text="新申请").first.click()
    desk.get_by_role("button", name="接手这个案件").click()
    desk.get_by_role("button", name="采纳").click()
    desk.get_by_role("button", name="算方案").click()
    expect(desk.locator(".offer")).to_have_count(3)
    assert_accessible(desk)
    desk.get_by_label("给借款人的话").fill("材料够用，不用再补。")
    desk.get_by_role("button", name="发出方案").click()
    expect(desk.get_by_text("方案已发").first).to_be_visible()


def choose_the_lighter_plan(demo, phone: Page) -> dict[str, str]:
    phone.goto(f"{demo.web}/home/")
    phone.get_by_role("link", name="去比一比").click()
    expect(phone.locator("input[name=plan]")).to_have_count(3)
    assert_accessible(phone)
    shown = {
        name: phone.locator(f"[data-figure={name}-lighter]").inner_text()
        for name in ("installment", "total", "rate")
    }
    phone.locator("input[name=plan]").first.check()
    phone.get_by_role("button", name="就选这个方案").click()
    return shown


def sign(demo, phone: Page, who: str) -> None:
    phone.get_by_role("button", name="我看过成本明示表了").click()
    expect(phone.get_by_role("alert")).to_contain_text("请再多看一会儿")
    phone.wait_for_timeout(10_500)
    assert_accessible(phone)
    phone.get_by_role("button", name="我看过成本明示表了").click()
    assert_accessible(phone)
    phone.get_by_role("button", name="去签署").click()
    phone.get_by_role("button", name="发验证码").click()
    wallet = phone.context.new_page()
    wallet.goto(f"{demo.wallet}/u/demo-{who}")
    message = wallet.locator("li").first.inner_text()
    wallet.close()
    code = re.search(r"(?<!\d)\d{6}(?!\d)", message)[0]
    phone.fill("[name=code]", str((int(code) + 1) % 10**6).zfill(6))
    phone.get_by_label("我看过协议，同意").check()
    phone.get_by_role("button", name="签署协议").click()
    expect(phone.get_by_role("alert")).to_contain_text("还能试 4 次")
    phone.fill("[name=code]", code)
    phone.get_by_label("我看过协议，同意").check()
    phone.get_by_role("button", name="签署协议").click()
    expect(phone.get_by_role("link", name="下载文件（PDF）")).to_be_visible()


def wait_for_the_seal(phone: Page) -> bytes:
    until(phone, "签好了，双方都有一份")
    link = phone.get_by_role("link", name="下载文件（PDF）").get_attribute("href")
    return phone.request.get(origin(phone) + link).body()


def pay_the_first_installment(demo, phone: Page) -> None:
    phone.goto(f"{demo.web}/home/")
    assert_accessible(phone)
    phone.get_by_role("button", name="现在就还").click()
    until(phone, "已经还了 1 期")


def assert_same_figures_everywhere(demo, phone: Page, pdf: bytes, shown: dict[str, str]) -> None:
    """One number, wherever it is read: page, PDF, API, ledger."""
    read = figures.of_text(pdf, "zh-hans")
    assert minor(shown["installment"]) == read.installment_minor
    assert minor(shown["total"]) == read.total_minor
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
    assert minor(phone.locator("[data-figure=left]").inner_text()) == read.total_minor - applied


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


def go_on(page: Page) -> None:
    page.locator(".bottom button").click()


def until(page: Page, text: str) -> None:
    """Reload, as a person would, until the page says so."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if text in page.inner_text("body"):
            return
        page.wait_for_timeout(300)
        page.reload()
    raise AssertionError(page.inner_text("body"))


def assert_accessible(page: Page) -> None:
    """No finding of axe; it needs scripting, so it speaks where scripting is on."""
    if not page.evaluate("matchMedia('(scripting: enabled)').matches"):
        return
    found = Axe().run(page).response["violations"]
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found] == []


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(out, "PNG")
    return out.getvalue()


def minor(text: str) -> int:
    return int(text.replace(",", "").replace(".", ""))


def origin(page: Page) -> str:
    return page.evaluate("location.origin")
