"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import lazy

from repact.server.pages import currency

# A text, not a function: sentences that are translated take what stands in them as it is.
_sign = lazy(currency.sign, str)
_name = lazy(currency.name, str)


def site(request: HttpRequest, /) -> dict[str, Any]:
    """The lender whose site this is; `demo` says that everything on the page is invented; `sign`
    stands before its amounts, `currency_name` says what its columns and fields are in."""
    lender = getattr(request, "lender", None)
    return {
        "lender": lender,
        "demo": bool(lender and lender.is_demo),
        "sign": _sign(),
        "currency_name": _name(),
    }
