"""A small agreement to start a test from."""

from __future__ import annotations

from typing import Any

from repact.plans.document import Document, validate
from repact.plans.result import as_json
from repact.server.agreements.documents.contents import Contents
from tests.unit.plans.documents import plan


def contents(name: str = "林小雨", **changes: Any) -> Contents:
    """An agreement over the usual plan; `changes` replace whole fields."""
    document = plan()
    document["terms"]["conduct"] = {
        "grace_days": 3,
        "late_rate_ppm": 117_000,
        "late_day_count": "ACT/365F",
        "remind_days": 3,
        "waivers_return": False,
    }
    result = as_json(validate(Document, document))
    made: dict[str, Any] = {
        "version": 1,
        "reference": "A-20240101-0001",
        "agreement_date": "2024-01-01",
        "language": "zh-hans",
        "lender": {
            "name_zh": "示例消费金融有限公司",
            "name_en": "Sample Consumer Finance",
            "address_zh": "示例市示例路 1 号",
            "address_en": "1 Sample Road",
            "complaint_phone": "000-0000-0000",
            "demo": True,
        },
        "borrower": {"name": name, "id_number_masked": "999**********0001", "account_tail": "6406"},
        "debt": {
            "loan_ref": "D-0001",
            "product_zh": "钱包信用额度",
            "product_en": "Wallet credit",
            "legal_creditor": "示例消费金融有限公司",
            "annual_rate_ppm": 156_000,
            "penalty_rate_ppm": 234_000,
            "installment_minor": 311_000,
            "count": 9,
        },
        "position": document["position"],
        "terms": document["terms"],
        "result": result,
        "installment_minor": result["rows"][0]["payment_minor"],
        "cooling_off_days": 0,
        "cost_sheet_seconds": 10,
        "policy_sha256": "a" * 64,
        "law_sha256": "b" * 64,
        "schedule_sha256": result["certificate"]["schedule_sha256"],
    }
    return Contents.model_validate({**made, **changes})
