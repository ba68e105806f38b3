"""The rows of this stage: plans as they are lived by, money that came, went and is owed again."""

from __future__ import annotations

from repact.server.repayments.models.disposals import Disposal
from repact.server.repayments.models.kept import (
    COMPONENTS,
    ITEM_STATES,
    STANDINGS,
    Collection,
    ContractPayment,
    DueItem,
    Part,
    Payment,
    Plan,
    PlanEvent,
    Refund,
    RefundAnswer,
    Reversal,
    Suspense,
)
from repact.server.repayments.models.returned import ContractReversal, OwedBeside

__all__ = [
    "COMPONENTS",
    "ITEM_STATES",
    "STANDINGS",
    "Collection",
    "ContractPayment",
    "ContractReversal",
    "Disposal",
    "DueItem",
    "OwedBeside",
    "Part",
    "Payment",
    "Plan",
    "PlanEvent",
    "Refund",
    "RefundAnswer",
    "Reversal",
    "Suspense",
]
