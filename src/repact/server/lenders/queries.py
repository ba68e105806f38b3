"""Reading lenders and products."""

from __future__ import annotations

from repact.errors import RepactError
from repact.server.lenders.models import Lender


class LenderError(RepactError):
    """No such lender."""


def at_host(host: str, /) -> Lender:
    """The lender whose site `host` is; a server with one lender answers at any host.

    Raises `lenders.unknown_host`.
    """
    named = Lender.objects.filter(host=host).first()
    if named:
        return named
    unnamed = list(Lender.objects.filter(host=None)[:2])
    if len(unnamed) == 1:
        return unnamed[0]
    raise LenderError("lenders.unknown_host", field="host")
