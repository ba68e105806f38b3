"""The JSON Schema of a policy, generated from the model."""

from __future__ import annotations

from typing import Any

from repact.policy.model import Policy

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) that every policy of version 2 meets; dates are ISO text."""
    made = Policy.model_json_schema(mode="validation")
    return {"$schema": DRAFT, **made}
