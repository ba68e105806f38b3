"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from repact.server.pages import currency


def site(request: HttpRequest, /) -> dict[str, Any]:
    """The lender whose site this is; `demo` says that everything on the page is invented; `sign`
    stands before its amounts."""
    lender = getattr(request, "lender", None)
    return {"lender": lender, "demo": bool(lender and lender.is_demo), "sign": currency.sign}
