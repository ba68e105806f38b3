"""The steps of the way through, as a person takes them on a phone and at the desk.

With REPACT_PICTURES=DIRECTORY set, the main pages are photographed on the way.
"""

from __future__ import annotations

import io
import os
import re
import time
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect

SHOWN_MAX = 3
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


def come_in(demo, phone: Page, who: str) -> None:
    phone.goto(f"{demo.wallet}/u/demo-{who}")
    phone.get_by_role("button").click()
    expect(phone.get_by_role("heading", name="今天所欠")).to_be_visible()
    photograph(phone, "home")


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
    photograph(phone, "ability")
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
    desk.wait_for_load_state("networkidle")
    desk.goto(f"{demo.web}/desk/")
    desk.locator(".queue a").filter(has_text="新申请").first.click()
    desk.get_by_role("button", name="接手这个案件").click()
    desk.get_by_role("button", name="采纳").click()
    desk.get_by_role("button", name="重新算").click()  # a draft was there since submission
    expect(desk.locator(".offer").first).to_be_visible()
    photograph(desk, "desk")
    assert_accessible(desk)
    desk.locator("#message").fill("材料够用，不用再补。")
    desk.get_by_role("button", name="发出方案").click()
    expect(desk.get_by_text("方案已发").first).to_be_visible()


def choose_the_lighter_plan(demo, phone: Page) -> dict[str, str]:
    phone.goto(f"{demo.web}/home/")
    phone.get_by_role("link", name="去比一比").click()
    # One to three: two kinds of plan may come out the same for a small debt, and are shown once.
    expect(phone.locator("input[name=plan]").first).to_be_visible()
    assert 1 <= phone.locator("input[name=plan]").count() <= SHOWN_MAX
    photograph(phone, "compare")
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
    photograph(phone, "key-facts")
    phone.get_by_role("button", name="去签署").click()
    expect(phone.get_by_role("alert")).to_contain_text("逐条勾选")
    for box in phone.locator("input[name=seen]").all():
        box.check()
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
    photograph(phone, "plan")


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
    findings = [(v["id"], [n["html"] for n in v["nodes"]]) for v in found]
    assert not findings, findings


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(out, "PNG")
    return out.getvalue()


def minor(text: str) -> int:
    return int(text.replace(",", "").replace(".", ""))


def origin(page: Page) -> str:
    return page.evaluate("location.origin")


def photograph(page: Page, name: str) -> None:
    """Keep a picture of a main page, when asked to and the first time it is seen."""
    path = Path(os.environ.get("REPACT_PICTURES", ""), f"{name}.png")
    if "REPACT_PICTURES" in os.environ and not path.exists():
        page.screenshot(path=path, full_page=True)
