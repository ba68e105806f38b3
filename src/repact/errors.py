"""The one root of every error Repact raises on purpose.

An error is a stable code with parameters, never a sentence: the sentence is written where the
reader's language is known (the catalogues, the command line).
"""

from __future__ import annotations

from typing import Any


class RepactError(Exception):
    """Something was refused, for a reason the caller can act on.

    `code` is stable and dotted (`plan.negative_amortization`), `field` names the input at fault
    (`terms.shape[0].count`) and `params` are the facts a sentence about it needs.
    """

    def __init__(self, code: str, /, *, field: str | None = None, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.params = params

    def as_dict(self) -> dict[str, Any]:
        """The error as the API and the command line print it."""
        return {"code": self.code, "field": self.field, "params": self.params}

    def __str__(self) -> str:
        at = f" at {self.field}" if self.field else ""
        return f"{self.code}{at} {self.params or ''}".rstrip()
