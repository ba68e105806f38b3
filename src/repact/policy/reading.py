"""YAML without its surprises: no key twice, no fraction, no alias, and a line for every value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import yaml

from repact.plans.document import DOCUMENT_BYTES_MAX
from repact.policy.problems import Problem

Place = tuple[str | int, ...]
TEXT_BYTES_MAX = DOCUMENT_BYTES_MAX
DEPTH_MAX = 20
PLAIN_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,14})")
PLAIN_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
PLAIN_TRUTH = {"true", "false"}
# The loader in C is several times faster; without it the one in Python does the same.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"


class Document:
    """The data of a text, the line of every place in it, and what its form is refused for."""

    def __init__(self, text: str, /) -> None:
        """Read a text; raises yaml.YAMLError when it is not YAML at all."""
        self.data: Any = None
        self.lines: dict[Place, int] = {}
        self.problems: list[Problem] = []
        if _depth(text) > DEPTH_MAX:
            self.problems.append(Problem("policy.too_deep", "", 1, {"depth_max": DEPTH_MAX}))
            return
        loader = _LOADER(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return
            self._walk(node, (), set())
            if not self.problems:
                self.data = loader.construct_document(node)
        finally:
            loader.dispose()

    def line(self, place: Place, /) -> int | None:
        """The line of a place, or of the nearest place around it that is written down."""
        for length in range(len(place), -1, -1):
            if place[:length] in self.lines:
                return self.lines[place[:length]]
        return None

    def _walk(self, node: yaml.Node, place: Place, seen: set[int]) -> None:
        self.lines.setdefault(place, node.start_mark.line + 1)
        if id(node) in seen:
            self._refuse("policy.alias", place, node)
            return
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            self._keys(node, place)
            for key, value in node.value:
                here = (*place, str(key.value))
                self.lines[here] = key.start_mark.line + 1
                self._walk(value, here, seen)
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                self._walk(value, (*place, index), seen)
        else:
            for rule in _scalar_problems(node):
                self._refuse(rule, place, node)

    def _keys(self, node: yaml.MappingNode, place: Place) -> None:
        known: dict[str, int] = {}
        for key, _ in node.value:
            if key.tag != f"{_TAG}str":
                self._refuse("policy.key_not_text", place, key)
                continue
            if key.value in known:
                first = known[key.value]
                self._refuse("policy.key_twice", (*place, key.value), key, first_line=first)
            known.setdefault(key.value, key.start_mark.line + 1)

    def _refuse(self, rule: str, place: Place, node: yaml.Node, **params: Any) -> None:
        self.problems.append(Problem(rule, dotted(place), node.start_mark.line + 1, params))


def dotted(place: Place, /) -> str:
    """("products", 0, "code") as products.0.code."""
    return ".".join(str(part) for part in place)


def plain(value: Any, /) -> Any:
    """The data with dates as text, so that the content has one canonical form."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def _depth(text: str) -> int:
    """How deep the text nests; told from its events, which need no stack however deep it is."""
    depth = deepest = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        deepest = max(deepest, depth)
    return deepest


def _is_date(text: str) -> bool:
    try:
        return bool(PLAIN_DATE.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def _scalar_problems(node: yaml.Node) -> Iterator[str]:
    """Fractions, and the words and numbers that YAML 1.1 reads otherwise than a person does."""
    if node.tag == f"{_TAG}float":
        yield "policy.fraction"
    elif node.tag == f"{_TAG}int" and not PLAIN_INTEGER.fullmatch(node.value):
        yield "policy.odd_integer"
    elif node.tag == f"{_TAG}bool" and node.value not in PLAIN_TRUTH:
        yield "policy.odd_truth"
    elif node.tag == f"{_TAG}timestamp" and not _is_date(node.value):
        yield "policy.odd_date"
    elif node.tag not in {f"{_TAG}{kind}" for kind in ("str", "int", "bool", "null", "timestamp")}:
        yield "policy.odd_value"
