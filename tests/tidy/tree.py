"""The repository as the tidy tests see it: what git would carry, parsed once."""

from __future__ import annotations

import ast
import functools
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "repact"
PURE = ("money", "dates", "plans", "ledger", "law", "policy")


@functools.cache
def files(*suffixes: str) -> tuple[Path, ...]:
    """Every file of the project with one of these endings; all of them without."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    found = (ROOT / name for name in listed)
    return tuple(p for p in found if p.is_file() and (not suffixes or p.suffix in suffixes))


@functools.cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def source(*, tests: bool = False) -> list[Path]:
    """Our Python, migrations aside."""
    roots = (ROOT / "src", ROOT / "tools", ROOT / "bench") + ((ROOT / "tests",) if tests else ())
    return [p for p in files(".py") if "migrations" not in p.parts and _within(p, roots)]


def pure() -> list[Path]:
    """The rooms of money, dates, plans, ledger, law and policy."""
    return [p for p in files(".py") if _within(p, tuple(PACKAGE / room for room in PURE))]


def named(path: Path) -> str:
    """A path as it is written in a message."""
    return str(path.relative_to(ROOT))


def _within(path: Path, roots: tuple[Path, ...]) -> bool:
    return any(root in path.parents for root in roots)
