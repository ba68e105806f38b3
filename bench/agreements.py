"""Writing agreements: one process, a warm compiler, other figures and another name each time.

One JSON line for each language, with the median and the worst in milliseconds on the clock, the
median of processor time, and of that the part that composing takes before the setting begins.
`python bench/agreements.py ROUNDS`.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from repact.plans.document import Document, validate
from repact.plans.result import as_json
from repact.server.agreements.documents import agreement, composing
from repact.server.agreements.documents.contents import Contents, DocumentLanguage, read

BUDGET_MS = 60
LANGUAGES: tuple[DocumentLanguage, ...] = ("zh-hans", "en", "bilingual")


def main(rounds: int) -> None:
    """Print every language's times, and the same for composing alone."""
    for language in LANGUAGES:
        made = list(_agreements(language, rounds + 1))
        agreement.render(made.pop())  # warms the compiler: it reads the fonts once
        _say("render", language, [_timed(agreement.render, one) for one in made], BUDGET_MS)
        composed = [_timed(_compose, one) for one in made]
        _say("of it composing", language, composed)


def _compose(contents: Contents) -> None:
    for language in contents.languages:
        composing.compose(contents, language)


def _timed(work: Callable[[Contents], Any], contents: Contents) -> tuple[float, float]:
    clock, processor = time.perf_counter(), time.process_time()
    work(contents)
    return (time.perf_counter() - clock) * 1000, (time.process_time() - processor) * 1000


def _say(
    what: str, language: str, times: list[tuple[float, float]], budget_ms: int | None = None
) -> None:
    clock, processor = zip(*times, strict=True)
    line = {
        "bench": f"agreement: {what}",
        "language": language,
        "rounds": len(times),
        "clock_ms": round(statistics.median(clock), 1),
        "clock_ms_max": round(max(clock), 1),
        "processor_ms": round(statistics.median(processor), 1),
    }
    print(json.dumps(line | ({"budget_ms": budget_ms} if budget_ms else {})))


def _agreements(language: DocumentLanguage, count: int) -> Iterator[Contents]:
    """Thirty-six payments each, every one with its own name, reference and principal."""
    for number in range(count):
        yield read(_contents(language, number))


def _contents(language: str, number: int) -> dict[str, Any]:
    document = _document(number)
    result = as_json(validate(Document, document))
    sha256 = result["certificate"]["schedule_sha256"]
    debt = {
        "loan_id": "",
        "loan_ref": f"D-{number:04d}",
        "product_zh": "钱包信用额度",
        "product_en": "Wallet credit",
        "product_kind": "wallet_credit",
        "legal_creditor": "示例消费金融有限公司",
        "annual_rate_ppm": 156_000,
        "penalty_rate_ppm": 234_000,
        "installment_minor": 311_000,
        "count": 9,
        "last_due_date": "2027-08-15",
        "position": document["position"],
        "terms": document["terms"],
        "result": result,
        "schedule_sha256": sha256,
    }
    return {
        "version": 2,
        "reference": f"A-20261125-{number:04d}",
        "agreement_date": "2026-11-25",
        "language": language,
        "jurisdiction": "cn",
        "currency": "CNY",
        "lender": {
            "name_zh": "示例消费金融有限公司",
            "name_en": "Sample Consumer Finance",
            "address_zh": "示例市示例路 1 号",
            "address_en": "1 Sample Road",
            "complaint_phone": "000-0000-0000",
            "demo": True,
        },
        "borrower": {
            "name": "林小" + chr(0x4E00 + 97 * number % 5000),
            "id_number_masked": "999**********0001",
            "account_tail": f"{number:04d}",
        },
        "debts": [debt],
        "bill": {name: result[name] for name in ("rows", "totals", "disclosure")},
        "installment_minor": max(row["payment_minor"] for row in result["rows"][:-1]),
        "service": {"reply_hours": 24, "notice_days": 7},
        "cooling_off_days": 7,
        "cost_sheet_seconds": 10,
        "signature_level": "agreed",
        "policy_sha256": "a" * 64,
        "law_sha256": "b" * 64,
        "schedule_sha256": sha256,
    }


def _document(number: int) -> dict[str, Any]:
    return {
        "position": {
            "as_of": "2026-11-25",
            "currency": "CNY",
            "principal_minor": 2_600_000 + 1_337 * number,
            "interest_minor": 108_018,
            "penalty_minor": 62_418,
            "fees_minor": 0,
        },
        "terms": {
            "version": 1,
            "effective_date": "2026-11-25",
            "annual_rate_ppm": 90_000,
            "day_count": "30/360",
            "rounding": "half_up",
            "measures": [
                {"kind": "waive", "component": "penalty", "share_ppm": 1_000_000},
                {"kind": "waive", "component": "interest", "share_ppm": 500_000},
                {"kind": "carry", "component": "interest", "to": "spread"},
            ],
            "frequency": {"every": 1, "unit": "month", "anchor_day": 15},
            "first_due_date": "2026-12-15",
            "shape": [{"kind": "level", "count": 36}],
            "conduct": {"grace_days": 3, "late_rate_ppm": 117_000, "cure_days": 15},
        },
    }


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
