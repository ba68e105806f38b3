"""The rules of the house for code (STYLE.md), executed instead of hoped for."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tidy import tree

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
BIN = Path(sys.executable).parent
FORBIDDEN_ROOMS = {"utils", "common", "core", "helpers", "services", "managers"}
MACHINE = re.compile(r"(?<![\w.])/(?:work|farm|root|tmp/bash_jobs)/")
REGISTRY = re.compile("files.python" + "hosted|registry.npm" + "js|pypi.org/" + "simple")
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX|NotImplemented" + r"Error)\b")


def nodes(kind: type[ast.AST], paths: list[Path]) -> Iterator[tuple[Path, ast.AST]]:
    for path in paths:
        yield from ((path, node) for node in ast.walk(tree.parsed(path)) if isinstance(node, kind))


def at(found: list[tuple[Path, ast.AST]]) -> list[str]:
    return [f"{tree.named(path)}:{node.lineno}" for path, node in found]


class TestThePureRooms:
    """Money is integers: nothing there may bring in a fraction of a cent unseen."""

    def test_have_no_float(self):
        numbers = nodes(ast.Constant, tree.pure())
        names = nodes(ast.Name, tree.pure())
        found = [(p, n) for p, n in numbers if isinstance(n.value, float | complex)]
        found += [(p, n) for p, n in names if n.id in {"float", "round"}]
        assert at(found) == []

    def test_have_no_bare_division(self):
        found = [(p, n) for p, n in nodes(ast.BinOp, tree.pure()) if isinstance(n.op, ast.Div)]
        found += [(p, n) for p, n in nodes(ast.AugAssign, tree.pure()) if isinstance(n.op, ast.Div)]
        assert at(found) == []

    def test_know_no_clock_and_no_chance(self):
        names = {"now", "today", "utcnow", "time_ns", "urandom", "uuid4", "uuid1"}
        found = [(p, n) for p, n in nodes(ast.Attribute, tree.pure()) if n.attr in names]
        assert at(found) == []


class TestEverywhere:
    def test_files_are_short(self):
        long = [
            p for p in tree.source(tests=True) if len(p.read_text().splitlines()) > FILE_LINES_MAX
        ]
        assert [tree.named(path) for path in long] == []

    def test_functions_are_short(self):
        functions = nodes(ast.FunctionDef, tree.source(tests=True))
        found = [(p, f) for p, f in functions if f.end_lineno - f.lineno >= FUNCTION_LINES_MAX]
        assert at(found) == []

    def test_public_functions_say_what_they_mean(self):
        silent = []
        for path, node in nodes(ast.FunctionDef, tree.source()):
            public = not node.name.startswith("_") and tree.PACKAGE in path.parents
            top = node in tree.parsed(path).body
            if public and top and not ast.get_docstring(node):
                silent.append((path, node))
        assert at(silent) == []

    def test_the_machines_clock_and_chance_come_through_one_door(self):
        """Outside the port and the peers (programs of their own), nothing asks the machine."""
        door = tree.PACKAGE / "server" / "clock" / "ports.py"
        asking = re.compile(
            r"\b(datetime\.now|date\.today|time\.time|uuid4|secrets\.|timezone\.now)\("
        )
        found = [
            tree.named(path)
            for path in tree.source()
            if path != door
            and (tree.PACKAGE / "server") in path.parents
            and asking.search(path.read_text())
        ]
        assert found == []

    def test_a_wallet_gets_messages_through_the_gate_alone(self):
        calls = [
            (p, n)
            for p, n in nodes(ast.Attribute, tree.source())
            if n.attr == "deliver" and isinstance(n.value, ast.Name) and n.value.id == "wallet"
        ]
        assert {path.name for path, _ in calls} == {"asked.py"}

    def test_no_room_is_named_after_nothing(self):
        rooms = {part for path in tree.source() for part in path.relative_to(tree.ROOT).parts}
        assert not rooms & (FORBIDDEN_ROOMS - {"core"})
        assert not {p for p in rooms if p.removesuffix(".py") in FORBIDDEN_ROOMS - {"core"}}

    def test_nothing_is_left_unfinished(self):
        found = [tree.named(p) for p in tree.source() if UNFINISHED.search(p.read_text())]
        assert found == []

    def test_no_file_names_this_machine_or_a_registry(self):
        found = []
        for path in tree.files():
            try:
                text = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
            if MACHINE.search(text) or REGISTRY.search(text):
                found.append(tree.named(path))
        assert found == []


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "--no-cache", "-q", "src", "tests", "tools", "bench"],
        ["ruff", "format", "--no-cache", "--check", "-q", "src", "tests", "tools", "bench"],
        ["mypy", "--no-error-summary"],
        ["lint-imports", "--no-cache"],
    ],
    ids=["lint", "format", "types", "imports"],
)
def test_the_checkers_are_content(command):
    made = subprocess.run(
        [str(BIN / command[0]), *command[1:]], cwd=tree.ROOT, capture_output=True, text=True
    )
    assert made.returncode == 0, made.stdout + made.stderr
