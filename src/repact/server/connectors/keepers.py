"""Which system keeps the record of a product whose keeper is the core, and what it says is open.

The plain core is `core`; `fineract` is Apache Fineract, which was not run against a real server.
"""

from __future__ import annotations

from typing import Literal

from django.conf import settings

from repact.server.connectors import core
from repact.server.connectors.core import Kept
from repact.server.connectors.errors import ConnectorError
from repact.server.connectors.fineract import client

Kind = Literal["core", "fineract"]
KINDS: tuple[Kind, ...] = ("core", "fineract")


def kind(product_code: str, /) -> Kind:
    """The kind of core that keeps a product's record.

    Raises ConnectorError `connectors.unknown_core` for a kind there is no port for.
    """
    said = settings.REPACT_CORE_KINDS.get(product_code, "core")
    for known in KINDS:
        if said == known:
            return known
    raise ConnectorError("connectors.unknown_core", kind=said, product=product_code)


def kept(*, product_code: str, loan_ref: str, agreement: str) -> Kept | None:
    """The plan the keeper of record has for a loan; None without one. Raises ConnectorError.

    Fineract knows no agreements: the loan's own schedule is the plan, and what is paid is known by
    what is open.
    """
    if kind(product_code) == "core":
        return core.kept(loan_ref)
    loan = client.named(loan_ref)
    return Kept(agreement, loan.currency, loan.open_minor, 0, loan.open_minor)
