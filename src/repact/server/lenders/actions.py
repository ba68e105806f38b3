"""Registering a lender and its products."""

from __future__ import annotations

from datetime import datetime

from repact.server.audit import actions as audit_actions
from repact.server.audit.actor import SYSTEM, Actor
from repact.server.lenders.models import Product
from repact.server.people import doors


@doors.action("lenders.register_product", may=(SYSTEM,))
def register_product(
    *, by: Actor, code: str, name_zh: str, name_en: str, keeper: str, now: datetime
) -> Product:
    """Register a product, once for each code."""
    product, made = Product.objects.get_or_create(
        lender_id=by.lender_id,
        code=code,
        defaults={"name_zh": name_zh, "name_en": name_en, "keeper": keeper},
    )
    if made:
        audit_actions.record(
            by=by, action="lenders.register_product", subject_id=product.id, now=now, code=code
        )
    else:
        audit_actions.unchanged()
    return product
