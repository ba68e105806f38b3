"""The door of the engine: a JSON document is a position and terms, or a coded refusal."""

from __future__ import annotations

import json
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from repact.plans.errors import PlanError
from repact.plans.fields import Strict
from repact.plans.position import Position
from repact.plans.terms import Terms

DOCUMENT_BYTES_MAX = 256 * 1024

_CODES = {
    "extra_forbidden": "plan.unknown_key",
    "missing": "plan.missing",
    "union_tag_invalid": "plan.unknown_kind",
    "union_tag_not_found": "plan.missing",
    "literal_error": "plan.not_one_of",
    "string_pattern_mismatch": "plan.not_one_of",
    "greater_than_equal": "plan.out_of_range",
    "less_than_equal": "plan.out_of_range",
    "too_short": "plan.out_of_range",
    "too_long": "plan.out_of_range",
}
_TAGS = {
    *("waive", "capitalize", "carry", "set_aside", "rate", "freeze"),
    *("level", "interest_only", "holiday", "fixed", "growing", "custom", "balloon", "lump_sum"),
}
M = TypeVar("M", bound=BaseModel)
_FACTS = ("ge", "le", "gt", "lt", "expected", "expected_tags", "min_length", "max_length")


class Document(Strict):
    """One position and one set of terms."""

    position: Position
    terms: Terms


def parse(raw: bytes | str, /) -> Document:
    """Read a plan document.

    Raises PlanError with the code and the field at fault, such as `terms.shape[0].count`: not JSON,
    a key twice, an unknown or missing key, a float, a value out of range.
    """
    return validate(Document, read_json(raw))


def read_json(raw: bytes | str, /) -> Any:
    """JSON without its traps: no duplicate keys, no NaN or Infinity, no more than 256 KiB."""
    if len(raw) > DOCUMENT_BYTES_MAX:
        raise PlanError("plan.too_large", bytes_max=DOCUMENT_BYTES_MAX)
    try:
        text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError, ValueError) as error:
        raise PlanError("plan.not_json") from error


def validate(model: type[M], data: Any, /) -> M:
    """`data` as a model, or PlanError for the first thing that is wrong with it."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        refuse(error)


def refuse(error: ValidationError, /) -> NoReturn:
    """Turn pydantic's finding into a PlanError."""
    first = error.errors(include_url=False, include_input=False)[0]
    code = _CODES.get(first["type"], "plan.wrong_type")
    params = {k: v for k, v in first.get("ctx", {}).items() if k in _FACTS}
    if first["type"] == "value_error":
        code = f"plan.{first['ctx']['error']}"
    raise PlanError(code, field=_path(first["loc"]), **params)


def _path(location: tuple[int | str, ...]) -> str:
    path = ""
    for previous, part in zip((None, *location), location, strict=False):
        if isinstance(part, int):
            path += f"[{part}]"
        elif not (isinstance(previous, int) and part in _TAGS):
            path += f".{part}" if path else part
    return path


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise PlanError("plan.duplicate_key", field=twice)
    return made


def _no_constant(name: str) -> NoReturn:
    raise PlanError("plan.not_a_number", value=name)
