"""Mutation testing of plans/ and money/: change one operator or number at a time, run the tests.

usage: mutate.py [SAMPLE]. Without a number every mutant is tried (hours); with one, so many drawn
with a fixed seed. Writes docs/reference/mutations.md; exit code 1 below 95% killed.
"""

from __future__ import annotations

import ast
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

from plant_bugs import checkout

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "docs" / "reference" / "mutations.md"
WORKERS, SEED, GOAL = 2, 20261124, 95
# where a change costs time and never a result: what is certified afterwards may be guessed badly
ONLY_SPEED = {
    ("plans/annual_rates.py", name)
    for name in ("_guess", "_near", "_logarithm", "_BITS", "_STEPS_MAX", "_RUN_MIN", "_CLOSE_BITS")
}
FIRST = {
    "plans/servicing": ["tests/unit/plans/servicing"],
    "plans/instruments": ["tests/spec"],
    "plans/annual_rates.py": ["tests/unit/plans/test_annual_rates.py"],
    "plans/rate_": ["tests/unit/plans/test_annual_rates.py"],
    "plans/trace.py": ["tests/unit/plans/test_trace.py"],
    "plans/formulas.py": ["tests/unit/plans/test_trace.py"],
    "plans/wording.py": ["tests/unit/plans/test_trace.py"],
    "plans/search.py": ["tests/unit/plans/test_search.py"],
    "plans/wish.py": ["tests/unit/plans/test_search.py"],
    "plans/certificate.py": ["tests/unit/plans/test_certificate.py"],
    "plans/con": ["tests/unit/plans/test_several_debts.py", "tests/unit/plans/servicing"],
    "plans/creditors.py": ["tests/unit/plans/test_several_debts.py"],
    "money/": ["tests/unit/money"],
}
ALL = ["tests/unit/money", "tests/unit/plans", "tests/spec", "tests/generative"]
SWAPS: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


class Mutant(NamedTuple):
    """One change: its file, line and place, and the whole text with it."""

    file: str
    line: int
    what: str
    text: str


def mutants(path: Path) -> Iterator[Mutant]:
    """Every mutant of a file."""
    file = str(path.relative_to(ROOT / "src" / "repact"))
    source = path.read_text(encoding="utf-8")
    for number in count():
        tree = ast.parse(source)
        places = list(_places(tree, file))
        if number >= len(places):
            return
        node, field = places[number]
        what = _change(node, field)
        yield Mutant(file, getattr(node, "lineno", 0), what, ast.unparse(tree))


def _places(tree: ast.AST, file: str) -> Iterator[tuple[ast.AST, str]]:
    """Where something can be changed; annotations, texts and what only costs time are left."""
    for name, value in ast.iter_fields(tree):
        if name in {"annotation", "returns", "decorator_list", "bases", "keywords_of_class"}:
            continue
        for node in value if isinstance(value, list) else [value]:
            if not isinstance(node, ast.AST) or _skipped(node, file):
                continue
            if isinstance(node, ast.keyword) and node.arg == "strict":
                continue  # a guard that nothing right can trip
            if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
                yield node, "ops"
            if isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign) and type(node.op) in SWAPS:
                yield node, "op"
            if isinstance(node, ast.Constant) and type(node.value) in {int, bool}:
                yield node, "value"
            if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
                yield node, "operand"
            yield from _places(node, file)


def _skipped(node: ast.AST, file: str) -> bool:
    names = [getattr(node, "name", "")]
    if isinstance(node, ast.Assign):
        targets = [inner for target in node.targets for inner in ast.walk(target)]
        names += [inner.id for inner in targets if isinstance(inner, ast.Name)]
    return any((file, name) in ONLY_SPEED for name in names)


def _change(node: ast.AST, field: str) -> str:
    before = ast.unparse(node)
    if field == "ops":
        node.ops[0] = SWAPS[type(node.ops[0])]()
    elif field == "op":
        node.op = SWAPS[type(node.op)]()
    elif field == "value":
        node.value = (not node.value) if isinstance(node.value, bool) else node.value + 1
    elif isinstance(node.op, ast.Not):
        node.op = ast.UAdd()
        node.operand = ast.Call(ast.Name("bool", ast.Load()), [node.operand], [])
    else:
        node.op = ast.UAdd()
    return f"{before} -> {ast.unparse(node)}"[:110].replace("\n", " ")


def killed(mutant: Mutant, copy: Path) -> bool:
    """Whether some test fails with the change; first those nearest to the file, then all."""
    path = copy / "src" / "repact" / mutant.file
    right = path.read_text(encoding="utf-8")
    path.write_text(mutant.text, encoding="utf-8")
    near = [tests for start, tests in FIRST.items() if mutant.file.startswith(start)]
    try:
        return any(not _pass(tests, copy) for tests in (*near[:1], ALL))
    finally:
        path.write_text(right, encoding="utf-8")


def _pass(tests: list[str], copy: Path) -> bool:
    options = ["-x", "-q", "--no-header", "--tb=no", "-p", "no:cov"]
    environment = os.environ | {"PYTHONPATH": str(copy / "src"), "REPACT_EXAMPLES": "150"}
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", *options, *tests],
            cwd=copy, env=environment, capture_output=True, check=False, timeout=180,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return False
    return ran.returncode == 0


def main(sample: int | None) -> int:
    """Try the mutants, write the report."""
    folders = ("money", "plans")
    files = [f for name in folders for f in (ROOT / "src" / "repact" / name).rglob("*.py")]
    every = [mutant for file in sorted(files) for mutant in mutants(file)]
    chosen = random.Random(SEED).sample(every, sample) if sample else every
    copies: SimpleQueue[Path] = SimpleQueue()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(WORKERS) as pool:
        for worker in range(WORKERS):
            copies.put(checkout(Path(folder) / str(worker)))

        def attempt(mutant: Mutant) -> bool:
            copy = copies.get()
            try:
                verdict = killed(mutant, copy)
            finally:
                copies.put(copy)
            print(
                f"{'killed  ' if verdict else 'SURVIVED'} {mutant.file}: {mutant.what}", flush=True
            )
            return verdict

        verdicts = list(pool.map(attempt, chosen))
    return _report(chosen, verdicts, len(every))


def _report(chosen: list[Mutant], verdicts: list[bool], whole: int) -> int:
    dead: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    for mutant, verdict in zip(chosen, verdicts, strict=True):
        tried[mutant.file] += 1
        dead[mutant.file] += verdict
    share = 1000 * sum(verdicts) // len(verdicts)
    lines = [
        "# Mutations",
        "",
        "Written by `tools/mutate.py`: one operator or number of plans/ and money/ is changed at a",
        "time, and the tests are run. What only costs time when changed (the guesses a certified",
        "rate starts from) is left out.",
        "",
        f"{sum(verdicts)} of {len(verdicts)} mutants were killed ({share // 10}.{share % 10}%).",
        f"They were drawn with seed {SEED} from {whole}.",
        "",
        "| file | tried | killed |",
        "|---|--:|--:|",
        *(f"| {file} | {tried[file]} | {dead[file]} |" for file in sorted(tried)),
        "",
        "## Survivors",
        "",
    ]
    survivors = [m for m, verdict in zip(chosen, verdicts, strict=True) if not verdict]
    lines += [f"- `{mutant.file}`: `{mutant.what}`" for mutant in survivors] or ["None."]
    REPORT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(lines[6])
    return 0 if share >= 10 * GOAL else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else None))
