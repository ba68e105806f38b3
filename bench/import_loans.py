"""A lender's book of 100,000 loans: read alone, and imported. One JSON line per contender.

.venv/bin/python bench/import_loans.py [ROWS]      on the embedded server, or on DATABASE_URL
"""

from __future__ import annotations

import csv
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import django

ON = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as directory:
        os.environ.setdefault("REPACT_VAR", f"{directory}/var")
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "repact.sandbox.settings")
        os.environ["REPACT_APPLICATION_ROLE"] = "0"
        django.setup()
        run(Path(directory) / "book.csv", count)


def run(path: Path, count: int) -> None:
    from django.core.management import call_command

    from repact.sandbox import book, seed
    from repact.server.audit import actor
    from repact.server.loans import imports
    from repact.server.tenancy import scope

    call_command("migrate", verbosity=0)
    lender = seed.fill(loans=0, peers=False)
    book.write_csv(path, book.generate(seed=7, count=count, on=ON))

    def read() -> None:
        with path.open(encoding="utf-8", newline="") as file:
            for _ in csv.DictReader(file):
                pass

    def take_in() -> None:
        imports.import_book(
            by=actor.system(lender.id), path=path, all_or_nothing=True, now=NOW, on=ON
        )

    with scope.acting_for(lender.id):
        alone = measure("csv.DictReader alone", count, read, against=None)
        measure("repact import", count, take_in, against=alone)
        measure("repact import, the same file again", count, take_in, against=alone)


def measure(name: str, rows: int, work: Callable[[], None], *, against: float | None) -> float:
    start = time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    line = {"contender": name, "rows": rows, "seconds": round(seconds, 2)}
    line["times_the_first"] = round(seconds / (against or seconds), 1)
    print(json.dumps(line), flush=True)
    return seconds


if __name__ == "__main__":
    main()
