"""Reading a policy: strict, every problem with its line, hashed over its canonical content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import rfc8785
import yaml
from pydantic import ValidationError

from repact.errors import RepactError
from repact.policy import version1
from repact.policy.model import Policy
from repact.policy.problems import Problem
from repact.policy.reading import TEXT_BYTES_MAX, Document, dotted, plain

RULES = {"extra_forbidden": "unknown_key", "literal_error": "unknown_value"}


class PolicyError(RepactError):
    """The policy document is refused, or does not cover what was asked."""


@dataclass(frozen=True, slots=True)
class LoadedPolicy:
    """A policy, the SHA-256 of its canonical content, and where everything stands in its text."""

    policy: Policy
    sha256: str
    document: Document = field(repr=False, compare=False)


def load(path: Path, /) -> LoadedPolicy:
    """The policy in a YAML file; its name is added to what is refused."""
    try:
        return parse(path.read_text(encoding="utf-8"))
    except PolicyError as error:
        raise PolicyError(error.code, field=error.field, file=path.name, **error.params) from error


def parse(text: str, /) -> LoadedPolicy:
    """The policy in a YAML text; a text of version 1 is raised to version 2 at this door.

    The hash is that of the content as written. Raises PolicyError `policy.too_long`,
    `policy.not_yaml` with the line, or `policy.invalid` with the field, line and rule of the first
    problem and, in `problems`, all of them.
    """
    try:
        if len(text.encode()) > TEXT_BYTES_MAX:
            raise PolicyError("policy.too_long", bytes_max=TEXT_BYTES_MAX)
        document = Document(text)
    except UnicodeEncodeError as error:
        raise PolicyError("policy.not_yaml", line=None) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise PolicyError("policy.not_yaml", line=mark.line + 1 if mark else None) from error
    if document.problems:
        _refuse(document.problems)
    content = document.data
    upgraded = version1.raised(content) if version1.is_version_1(content) else content
    try:
        policy = Policy.model_validate(upgraded)
    except ValidationError as error:
        _refuse([_problem(document, fault) for fault in error.errors(include_url=False)])
    canonical = rfc8785.dumps(plain(content))
    return LoadedPolicy(policy, hashlib.sha256(canonical).hexdigest(), document)


def _problem(document: Document, fault: Any) -> Problem:
    place = tuple(fault["loc"])
    kind = fault["type"]
    params = {
        name: value
        for name, value in fault.get("ctx", {}).items()
        if isinstance(value, str | int | bool)
    }
    return Problem(f"policy.{RULES.get(kind, kind)}", dotted(place), document.line(place), params)


def _refuse(problems: list[Problem]) -> NoReturn:
    first, *_ = ordered = sorted(problems, key=lambda problem: (problem.line or 0, problem.field))
    raise PolicyError(
        "policy.invalid",
        field=first.field,
        line=first.line,
        rule=first.rule_id,
        problems=[problem.as_dict() for problem in ordered],
    )
