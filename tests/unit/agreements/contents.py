"""Small agreements to start a test from."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from repact.plans.certificate import row_as_json, schedule_hash
from repact.plans.consolidation import bill_hash, bill_of
from repact.plans.disclosure import disclose_bill
from repact.plans.document import Document, validate
from repact.plans.result import as_json
from repact.plans.schedule import build
from repact.server.agreements.documents.contents import Contents
from tests.unit.plans.documents import plan

CONDUCT = {
    "grace_days": 3,
    "late_rate_ppm": 117_000,
    "late_day_count": "ACT/365F",
    "remind_days": 3,
    "waivers_return": False,
}


def document(**position: int) -> dict[str, Any]:
    """The usual plan with a conduct; `position` replaces amounts."""
    made = plan()
    made["terms"]["conduct"] = dict(CONDUCT)
    made["position"].update(position)
    return made


def debt(made: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """One debt under a plan document."""
    result = as_json(validate(Document, made))
    return {
        "loan_id": "0198a000-0000-7000-8000-000000000001",
        "loan_ref": "D-0001",
        "product_zh": "钱包信用额度",
        "product_en": "Wallet credit",
        "product_kind": "wallet_credit",
        "legal_creditor": "示例消费金融有限公司",
        "annual_rate_ppm": 156_000,
        "penalty_rate_ppm": 234_000,
        "installment_minor": 311_000,
        "count": 9,
        "last_due_date": "2024-09-15",
        "position": made["position"],
        "terms": made["terms"],
        "result": result,
        "schedule_sha256": result["certificate"]["schedule_sha256"],
        **changes,
    }


def bill(documents: list[dict[str, Any]]) -> dict[str, Any]:
    """Bill rows, totals and disclosure over several plan documents."""
    parts = []
    for made in documents:
        read = validate(Document, made)
        parts.append((read.position, read.terms, build(read.position, read.terms)))
    summed = bill_of([schedule for _, _, schedule in parts])
    return {
        "bill": {
            "rows": [row_as_json(row) for row in summed.rows],
            "totals": summed.totals._asdict(),
            "disclosure": disclose_bill(parts, summed)._asdict(),
        },
        "installment_minor": max(row.payment_minor for row in summed.rows[:-1] or summed.rows),
        "schedule_sha256": bill_hash([schedule_hash(*part) for part in parts]),
    }


def stored(name: str = "林小雨", **changes: Any) -> dict[str, Any]:
    """An agreement over the usual plan as it is kept; `changes` replace whole fields."""
    made = document()
    return {
        "version": 2,
        "reference": "A-20240101-0001",
        "agreement_date": "2024-01-01",
        "language": "zh-hans",
        "jurisdiction": "cn",
        "currency": "CNY",
        "lender": {
            "name_zh": "示例消费金融有限公司",
            "name_en": "Sample Consumer Finance",
            "address_zh": "示例市示例路 1 号",
            "address_en": "1 Sample Road",
            "complaint_phone": "000-0000-0000",
            "help_phone": "000-0000-0001",
            "demo": True,
        },
        "borrower": {"name": name, "id_number_masked": "999**********0001", "account_tail": "6406"},
        "debts": [debt(made)],
        **bill([made]),
        "service": {"reply_hours": 24, "notice_days": 7},
        "cooling_off_days": 7,
        "cost_sheet_seconds": 10,
        "signature_level": "agreed",
        "policy_sha256": "a" * 64,
        "law_sha256": "b" * 64,
        **changes,
    }


def contents(name: str = "林小雨", **changes: Any) -> Contents:
    """The same, read."""
    return Contents.model_validate(stored(name, **changes))


def of_two_debts(**changes: Any) -> Contents:
    """An agreement over a wallet credit and a card, one bill."""
    first, second = document(), document(principal_minor=1_234_567, interest_minor=4_321)
    other = {"loan_ref": "K-0002", "product_zh": "信用卡", "product_en": "Credit card"}
    debts = [debt(first), debt(second, **other, product_kind="card")]
    return contents(**{"debts": debts, **bill([first, second]), **changes})


def first_version(now: dict[str, Any] | None = None) -> dict[str, Any]:
    """The same agreement (or `now`, of one debt) as version 1 kept it."""
    now = deepcopy(now or stored())
    (whole,) = now["debts"]
    new = ("loan_id", "product_kind", "last_due_date")
    part = {name: whole.pop(name) for name in ("position", "terms", "result", "schedule_sha256")}
    for name in new:
        del whole[name]
    for name in ("jurisdiction", "currency", "debts", "bill", "service", "signature_level"):
        del now[name]
    for name in ("signers", "channel", "replaces"):
        now.pop(name, None)
    del now["lender"]["help_phone"]
    return {**now, **part, "version": 1, "debt": whole}
