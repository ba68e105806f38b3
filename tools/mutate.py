"""Mutation testing of plans/ and money/: change one operator or number at a time, run the tests.

usage: mutate.py [SAMPLE [SEED]]. Without a number every mutant is tried (an hour or so); with one,
so many drawn with a seed. Writes docs/reference/mutations.md; exit code 1 below 95% killed.

usage: mutate.py again [FILE ...]. Goes on from that report: tries what survived, and all of a file
that is no longer what it was then, and adds up. Tests are only ever added, so what was killed stays
killed. With files (such as plans/servicing/fold.py), what was changed elsewhere is left as the
report has it, with the digest it had.

The tests run once under coverage, so that for each mutant only those run that reach its line, the
quickest first. They are the tests of these two rooms alone, without Django. A change within a
function is tried in a fork of a process that has collected them all, by giving the function its
other code; what runs at import is tried in a fork that has not imported anything of Repact yet.
"""

from __future__ import annotations

import ast
import contextlib
import gc
import hashlib
import importlib
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from importlib.machinery import SourceFileLoader
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import CodeType, FunctionType
from typing import NamedTuple

import coverage
import pytest
from _pytest.runner import runtestprotocol
from mutants_alike import ALIKE
from plant_bugs import checkout

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "docs" / "reference" / "mutations.md"
WORKERS, SEED, GOAL = 2, 20261124, 95
ALL = "all there are"
SHARED = ("hypothesis.strategies", "orjson", "pydantic", "rfc8785", "yaml")
TESTS = ["tests/unit/money", "tests/unit/plans", "tests/spec"]
TESTS += ["tests/generative/test_engine.py", "tests/generative/test_servicing.py"]
TESTS += ["tests/generative/test_rests.py"]
# pytest as the project has it, without Django, its database and rewritten assertions: a third of
# a second instead of five
ALONE = ["--noconftest", "-p", "no:django", "-o", "addopts=--import-mode=importlib"]
ALONE += ["-W", "ignore::pytest.PytestWarning", "-p", "no:cacheprovider", "--no-header"]
ALONE += [
    "--assert=plain",
    "--tb=no",
    "--hypothesis-profile=ci",
]  # no deadlines, the same every time
SWAPS: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
# where a change costs time and never a result: what is certified afterwards may be guessed badly
ONLY_SPEED = {
    ("plans/annual_rates.py", name)
    for name in (
        "_approached",
        "_guess",
        "_near",
        "_logarithm",
        "_BITS",
        "_STEPS_MAX",
        "_RUN_MIN",
        "_CLOSE_BITS",
    )
}


class Mutant(NamedTuple):
    """One change: its file, line and place, and the whole module with it.

    `swap` is the one function that differs, before and after; None where more than one does.
    """

    file: str
    line: int
    what: str
    code: CodeType
    swap: tuple[CodeType, CodeType] | None


class Reach(NamedTuple):
    """Which tests reach a line (by file and line), and how long each takes."""

    tests: dict[str, dict[int, list[str]]]
    seconds: dict[str, float]

    def of(self, mutant: Mutant) -> list[str]:
        """The tests worth running, nearest and quickest first; all for what runs at import."""
        lines = self.tests.get(mutant.file, {})
        first = max((line for line in lines if line <= mutant.line), default=0)
        found = [test for test in lines.get(first, []) if test] or list(self.seconds)
        names = {part for part in Path(mutant.file).with_suffix("").parts if part != "plans"}

        def rank(test: str) -> tuple[bool, float]:
            file = test.partition("::")[0]
            return not any(name in file for name in names), self.seconds.get(test, 0)

        return sorted(found, key=rank)


def mutants(path: Path) -> Iterator[Mutant]:
    """Every mutant of a file."""
    file = str(path.relative_to(ROOT / "src" / "repact"))
    source = path.read_text(encoding="utf-8")
    right = compile(source, file, "exec")
    tree = ast.parse(source)
    for node, field in list(_places(tree, file)):
        before = dict(node.__dict__)
        what = _shown(source, node, _change(node, field))
        wrong = compile(ast.fix_missing_locations(tree), file, "exec")
        yield Mutant(file, getattr(node, "lineno", 0), what, wrong, _one_function(right, wrong))
        node.__dict__.update(before)


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
        node.ops = [SWAPS[type(node.ops[0])](), *node.ops[1:]]
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


def _shown(source: str, node: ast.AST, change: str) -> str:
    """The line as it stands, with the change in its place; a change over lines by itself."""
    line, start, end = node.lineno, node.col_offset, node.end_col_offset
    if node.end_lineno != line:
        return change
    text = source.splitlines()[line - 1].encode()
    before, after = text[:start].decode().lstrip(), text[end:].decode()
    return f"{before}⟨{change}⟩{after}"


def reach(copy: Path) -> Reach:
    """Run every test once under coverage."""
    options = [*ALONE, "--cov=src/repact/plans", "--cov=src/repact/money"]
    options += ["--cov-context=test", "--cov-report=", "--durations=0", "-vv"]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *TESTS],
        cwd=copy, env=_environment(copy), capture_output=True, check=True, text=True,
    )  # fmt: skip
    seconds = {}
    for line in ran.stdout.splitlines():
        parts = line.split(None, 2)
        if len(parts) == 3 and parts[1] == "call" and parts[0].endswith("s"):
            seconds[parts[2]] = float(parts[0][:-1])
    data = coverage.CoverageData(str(copy / ".coverage"))
    data.read()
    tests: dict[str, dict[int, list[str]]] = defaultdict(dict)
    for measured in data.measured_files():
        file = str(Path(measured).relative_to(copy / "src" / "repact"))
        for line, contexts in data.contexts_by_lineno(measured).items():
            tests[file][line] = [context.removesuffix("|run") for context in contexts]
    return Reach(tests, seconds)


def _environment(copy: Path) -> dict[str, str]:
    return os.environ | {"REPACT_EXAMPLES": "150", "PYTHONPATH": str(copy / "src")}


def _functions(code: CodeType) -> Iterator[CodeType]:
    """The functions and methods of a module, outermost only, without what runs at import."""
    for part in code.co_consts:
        if isinstance(part, CodeType) and not part.co_flags & CO_OPTIMIZED:
            yield from _functions(part)
        elif isinstance(part, CodeType) and not part.co_name.endswith(("comp>", "genexpr>")):
            yield part


def _with(code: CodeType, before: CodeType, after: CodeType) -> CodeType:
    """A module with another function in the place of one."""
    consts = (
        after if part is before else _with(part, before, after)
        for part in code.co_consts
        if isinstance(part, CodeType)
    )
    return code.replace(
        co_consts=tuple(next(consts) if isinstance(p, CodeType) else p for p in code.co_consts)
    )


def _one_function(right: CodeType, wrong: CodeType) -> tuple[CodeType, CodeType] | None:
    """The one function in which two modules differ, before and after; None if in more than that."""
    pairs = zip(_functions(right), _functions(wrong), strict=True)
    differing = [pair for pair in pairs if pair[0] != pair[1]]
    if len(differing) == 1 and _with(right, *differing[0]) == wrong:
        return differing[0]
    return None


class _Session:
    """A pytest plugin: with all tests collected, whatever `work` does with them instead."""

    def __init__(self, work: Callable[[dict[str, pytest.Item]], int]) -> None:
        self.work = work
        self.result = 1

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.result = self.work({item.nodeid: item for item in session.items})
        return True


def _collected(copy: Path, files: list[str], work: Callable[[dict[str, pytest.Item]], int]) -> int:
    """What `work` says, in this process, of the tests of a copy of the tree."""
    os.chdir(copy)
    os.environ.update(_environment(copy))
    sys.path.insert(0, str(copy / "src"))
    session = _Session(work)
    code = pytest.main([*ALONE, "-q", "-s", "-p", "no:cov", "-p", "no:randomly", *files], [session])
    return session.result if code == pytest.ExitCode.OK else int(code)


def _first_failure(items: Iterable[pytest.Item], seconds: dict[str, float]) -> int:
    """1 as soon as a test fails, else 0; a test that takes far longer than usual is ended."""
    for item in items:
        signal.setitimer(signal.ITIMER_PROF, 3 + 5 * seconds.get(item.nodeid, 0))
        if any(report.failed for report in runtestprotocol(item, nextitem=None, log=False)):
            return 1
    return 0


def _forked(work: Callable[[], int]) -> int:
    """The process id of a child that ends with what `work` returns, or 1 if that fails."""
    child = os.fork()
    if child:
        return child
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    code = 1
    with contextlib.suppress(BaseException):
        code = work()
    os._exit(code)


def _each(tried: Iterable[Mutant], attempt: Callable[[Mutant], int]) -> list[Mutant]:
    """Try each in a child, some at a time; those whose attempt came out as 0."""
    running: dict[int, Mutant] = {}
    lived: list[Mutant] = []

    def wait() -> None:
        child, status = os.wait()
        mutant = running.pop(child)
        if not status:
            lived.append(mutant)
        word = "killed  " if status else "SURVIVED"
        print(f"{word} {mutant.file}:{mutant.line}: {mutant.what}", flush=True)

    for mutant in tried:
        if len(running) == WORKERS:
            wait()
        running[_forked(lambda mutant=mutant: attempt(mutant))] = mutant
    while running:
        wait()
    return lived


def _at_import(copy: Path, mutant: Mutant, reached: Reach) -> int:
    """1 if a test fails where the module is imported with the change, else 0."""
    served, right = str(copy / "src" / "repact" / mutant.file), SourceFileLoader.get_code

    def get_code(loader: SourceFileLoader, name: str) -> CodeType | None:
        return mutant.code if loader.path == served else right(loader, name)

    SourceFileLoader.get_code = get_code
    tests = reached.of(mutant)

    def run(items: dict[str, pytest.Item]) -> int:
        return _first_failure((items[test] for test in tests if test in items), reached.seconds)

    return _collected(copy, sorted({test.split("::")[0] for test in tests}), run)


def _swapped(mutants_: list[Mutant], reached: Reach, items: dict[str, pytest.Item]) -> list[Mutant]:
    """Those that survive of changes within functions, tried on the tests collected here."""
    functions = defaultdict(list)
    for thing in gc.get_objects():
        if isinstance(thing, FunctionType):
            functions[thing.__code__].append(thing)

    def attempt(mutant: Mutant) -> int:
        before, after = mutant.swap
        for function in functions[before]:
            function.__code__ = after
        tests = (items[test] for test in reached.of(mutant) if test in items)
        return _first_failure(tests, reached.seconds)

    return _each(mutants_, attempt)


def survivors(tried: list[Mutant]) -> list[Mutant]:
    """Those that no test tells from what is right, tried on a copy of the tree."""
    for name in SHARED:
        importlib.import_module(name)
    lived: list[Mutant] = []
    with tempfile.TemporaryDirectory() as folder:
        copy = checkout(Path(folder) / "copy")
        reached = reach(copy)

        def within_functions(items: dict[str, pytest.Item]) -> int:
            _, status = os.waitpid(
                _forked(lambda: _first_failure(items.values(), reached.seconds)), 0
            )
            if not status:
                lived.extend(_swapped([m for m in tried if m.swap], reached, items))
            return status

        lived += _each(
            [mutant for mutant in tried if not mutant.swap],
            lambda mutant: _at_import(copy, mutant, reached),
        )
        if _collected(copy, TESTS, within_functions):
            sys.exit("the tests fail without any change")
    return lived


class Row(NamedTuple):
    """A line of the report: how many were tried and killed, of which source, and when."""

    tried: int
    killed: int
    digest: str
    run: str


class Before(NamedTuple):
    """What the report says: its lines by file, and what survived."""

    rows: dict[str, Row]
    survivors: set[tuple[str, str]]

    def leaves_open(self, mutant: Mutant) -> bool:
        """Whether it says nothing of a mutant, or that it survived."""
        return self.is_of_another(mutant.file) or (mutant.file, mutant.what) in self.survivors

    def is_of_another(self, file: str) -> bool:
        """Whether it says nothing of a file as it is now."""
        return file not in self.rows or self.rows[file].digest != _digest(file)

    @classmethod
    def read(cls) -> Before:
        """The report of a run over all mutants; what a sample did not draw is left open."""
        text = REPORT.read_text(encoding="utf-8")
        if ALL not in text:
            sys.exit("the report is not of all mutants: run them all first")
        survivors = text.partition("## Survivors")[2].partition("\n## ")[0]
        rows = re.findall(
            r"^\| (\S+) \| (\d+) \| (\d+) \| `(\w+)` \| (.*?) \|$", text, re.MULTILINE
        )
        return cls(
            {file: Row(int(tried), int(dead), *rest) for file, tried, dead, *rest in rows},
            set(re.findall(r"^- `(\S+)`: `(.*)`$", survivors, re.MULTILINE)),
        )


@cache
def _digest(file: str) -> str:
    """What is tried is the source as it was when the run began."""
    source = (ROOT / "src" / "repact" / file).read_bytes()
    return hashlib.sha256(source).hexdigest()[:12]


def main(words: list[str]) -> int:
    """Try the mutants, write the report."""
    began = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")
    folders = ("money", "plans")
    files = [f for name in folders for f in (ROOT / "src" / "repact" / name).rglob("*.py")]
    chosen = every = [mutant for file in sorted(files) for mutant in mutants(file)]
    for mutant in every:
        _digest(mutant.file)
    drawn, before, left = ALL, Before({}, set()), set()
    if words[:1] == ["again"]:
        before, named = Before.read(), words[1:]
        if unknown := set(named) - {mutant.file for mutant in every}:
            sys.exit(f"nothing to change in {', '.join(sorted(unknown))}")
        if named:
            left = {f for f in before.rows if f not in named and before.is_of_another(f)}
            chosen = [m for m in every if m.file in named or m.file in before.rows]
            chosen = [mutant for mutant in chosen if mutant.file not in left]
    elif words:
        sample, seed = (*map(int, words), SEED)[:2]
        chosen = random.Random(seed).sample(every, sample)
        drawn = f"drawn with seed {seed} from {len(every)}"
    shown = every if before.rows else chosen
    alike = [mutant for mutant in shown if (mutant.file, mutant.what) in ALIKE]
    counted = [mutant for mutant in chosen if (mutant.file, mutant.what) not in ALIKE]
    lived = survivors([mutant for mutant in counted if before.leaves_open(mutant)])
    found = sorted((mutant.file, mutant.line, mutant.what) for mutant in lived)
    told = [(file, what) for file, _, what in found]
    told += sorted(one for one in before.survivors if one[0] in left)
    whole = Counter(mutant.file for mutant in counted)
    dead = whole - Counter(mutant.file for mutant in lived)
    rows = {file: before.rows[file] for file in left}
    for file in whole:
        anew = before.is_of_another(file)
        run = began if anew else before.rows[file].run
        rows[file] = Row(whole[file], dead[file], _digest(file), run)
    return _report(rows, told, alike, drawn)


def _report(
    rows: dict[str, Row], lived: Sequence[tuple[str, str]], alike: list[Mutant], drawn: str
) -> int:
    dead, whole = (sum(getattr(row, name) for row in rows.values()) for name in ("killed", "tried"))
    share = 1000 * dead // whole
    lines = [
        "# Mutations",
        "",
        "Written by `tools/mutate.py`: one operator or number of plans/ and money/ is changed at a",
        "time, and the tests of these rooms that reach it are run. What only costs time when",
        "changed (the guesses a certified rate starts from) is left out. The report may add up",
        "several runs: `mutate.py again` tries what survived, and all of every file whose digest",
        "has changed since; `run` says when all of a file was last tried. Tests are only ever",
        "added, so that what was killed stays killed.",
        "",
        f"{dead} of {whole} mutants were killed ({share // 10}.{share % 10}%).",
        f"They were {drawn}.",
        "",
        "| file | tried | killed | source | run |",
        "|---|--:|--:|---|---|",
        *(
            f"| {file} | {row.tried} | {row.killed} | `{row.digest}` | {row.run} |"
            for file, row in sorted(rows.items())
        ),
        "",
        "## Survivors",
        "",
        *([f"- `{file}`: `{what}`" for file, what in lived] or ["None."]),
        "",
        "## Not counted: changes that change nothing",
        "",
        *([f"- `{m.file}`: `{m.what}`: {ALIKE[m.file, m.what]}" for m in alike] or ["None."]),
    ]
    REPORT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(lines[9])
    return 0 if share >= 10 * GOAL else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
