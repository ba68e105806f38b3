"""Every dependency has its reason, and every lock names hashes and no address."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.tidy import tree

PROJECT = tomllib.loads((tree.ROOT / "pyproject.toml").read_text())["project"]
GROUPS = {"core": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}
LOCKS = sorted((tree.ROOT / "requirements").glob("*.txt"))


def plain(requirement: str) -> str:
    return re.split(r"[\[~=<>!; ]", requirement, maxsplit=1)[0].lower().replace("_", "-")


@pytest.mark.parametrize("requirement", [r for group in GROUPS.values() for r in group])
def test_a_dependency_has_its_reason_beside_it(requirement):
    lines = (tree.ROOT / "pyproject.toml").read_text().splitlines()
    said = [line for line in lines if f'"{requirement}",' in line]
    assert any(re.search(r",\s+# \w.{10,}", line) for line in said), said


@pytest.mark.parametrize("lock", LOCKS, ids=[lock.name for lock in LOCKS])
class TestALock:
    def test_has_no_address(self, lock):
        assert "://" not in lock.read_text()
        assert "--index" not in lock.read_text()

    def test_has_a_hash_for_everything(self, lock):
        entries = re.split(r"\n(?=[a-z0-9])", lock.read_text().strip())
        assert all("--hash=sha256:" in entry for entry in entries)

    def test_names_what_the_project_asks_for(self, lock):
        wanted = {
            "server.txt": ("core", "server"),
            "dev.txt": ("core", "server", "dev"),
            "bench.txt": ("core", "bench"),
        }[lock.name]
        locked = set(
            re.findall(r"^([a-z0-9][a-z0-9.-]*)(?:\[.*?\])?==", lock.read_text(), re.MULTILINE)
        )
        assert {plain(r) for group in wanted for r in GROUPS[group]} <= locked
