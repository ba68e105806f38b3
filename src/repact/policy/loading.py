"""Reading a policy: strict, hashed over its canonical content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import rfc8785
import yaml
from pydantic import ValidationError

from repact.errors import RepactError
from repact.policy.model import Policy


class PolicyError(RepactError):
    """The policy document is refused, or does not cover what was asked."""


@dataclass(frozen=True, slots=True)
class LoadedPolicy:
    """A policy and the SHA-256 of its canonical content."""

    policy: Policy
    sha256: str


def load(path: Path, /) -> LoadedPolicy:
    """The policy in a YAML file."""
    return parse(path.read_text(encoding="utf-8"))


def parse(text: str, /) -> LoadedPolicy:
    """The policy in a YAML text.

    Raises PolicyError `policy.not_yaml` or `policy.invalid` with the field at fault.
    """
    try:
        data: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise PolicyError("policy.not_yaml") from error
    try:
        policy = Policy.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise PolicyError("policy.invalid", field=field, reason=first["type"]) from error
    return LoadedPolicy(policy=policy, sha256=hashlib.sha256(_canonical(data)).hexdigest())


def _canonical(data: Any) -> bytes:
    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {str(key): plain(item) for key, item in value.items()}
        if isinstance(value, list):
            return [plain(item) for item in value]
        return value.isoformat() if isinstance(value, date) else value

    return rfc8785.dumps(plain(data))
