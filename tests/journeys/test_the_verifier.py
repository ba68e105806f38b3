"""The verifier on the phone: it agrees with the engine, and no forgery gets past it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import repact.plans
from tests.unit.plans.forgeries import certified, forgeries

pytestmark = pytest.mark.browser
MODULE = Path(repact.plans.__file__).parent / "verifier"
VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "plans.json"
ORIGIN = "http://127.0.0.1:9"
ASK = """async (texts) => {
  const { verify } = await import("/verifier.js");
  return Promise.all(texts.map((text) => verify(text).then((a) => a.sha256, (e) => e.message)));
}"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A blank page of an origin that serves the module and nothing else."""
    context = browser.new_context()
    made = context.new_page()
    made.route(
        f"{ORIGIN}/*.js",
        lambda route: route.fulfill(path=MODULE / route.request.url[len(ORIGIN) + 1 :]),
    )
    made.route(
        f"{ORIGIN}/", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html")
    )
    made.goto(f"{ORIGIN}/")
    yield made
    context.close()


def test_recomputes_every_published_plan(page):
    made = [certified(vector["input"]) for vector in json.loads(VECTORS.read_text())]
    answers = page.evaluate(ASK, [json.dumps(one, ensure_ascii=False, indent=1) for one in made])
    assert answers == [one["schedule_sha256"] for one in made]


def test_accepts_none_of_ten_thousand_forgeries(page):
    accepted = []
    made = forgeries(10_000, seed=20261125)
    while texts := list(islice(made, 1_000)):
        answers = page.evaluate(ASK, texts)
        accepted += [text for text, answer in zip(texts, answers, strict=True) if len(answer) == 64]
    assert accepted == []
