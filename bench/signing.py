"""Sign agreements by both sides: time for one on one core, and a batch at constant memory.

    python bench/signing.py [--count 200] [--workers 2]

One: render, borrower's one-time certificate and signature, lender's seal, each with a timestamp;
the two signatures alone are held against 400 ms. Batch: `--count` agreements over `--workers`
processes; its rate says how many minutes 5,000 would take (`--count 5000` measures it). Memory is
said along the way, at the start, each quarter and the end.
"""

from __future__ import annotations

import argparse
import gc
import json
import multiprocessing
import resource
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from repact.server.agreements.documents import agreement
from repact.server.agreements.signing import signatures, verification
from repact.server.agreements.signing.authority import LocalAuthority
from tests.unit.agreements.contents import contents

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
WARM, TIMED = 3, 20
SETTLED, MARKS = 80, 4
TARGET_MS, BATCH, BATCH_MINUTES = 400, 5000, 30


def authority_in(folder: Path) -> LocalAuthority:
    """The authority of one folder; processes share it by loading it."""
    return LocalAuthority.load_or_create(
        folder, passphrase=b"of the bench", lender="示例", now=lambda: NOW
    )


def both(text: bytes, authority: LocalAuthority) -> bytes:
    """Two signatures."""
    signed = signatures.sign_by_borrower(
        text, signer=authority, name="林小雨", evidence_sha256="c" * 64, at=NOW
    )
    return signatures.seal_by_lender(signed, signer=authority, name="示例", at=NOW)


def one(folder: Path) -> None:
    """Time of one agreement, warm, in CPU and in wall time."""
    authority, said = authority_in(folder), contents()
    text = signatures.prepare(agreement.render(said))
    wall, cpu, checking = [], [], []
    for turn in range(WARM + TIMED):
        started, used = time.perf_counter(), time.process_time()
        sealed = both(text, authority)
        if turn >= WARM:
            wall.append(time.perf_counter() - started)
            cpu.append(time.process_time() - used)
    for _ in range(3):
        used = time.process_time()
        found = verification.verify(sealed, roots=authority.roots(), at=NOW)
        checking.append(time.process_time() - used)
    if not found.is_good:
        raise SystemExit(f"the bench signed something that does not verify: {found.problems}")
    median = statistics.median(cpu) * 1000
    say(
        contender="sign both sides",
        cpu_ms=round(median, 1),
        wall_ms=round(statistics.median(wall) * 1000, 1),
        target_ms=TARGET_MS,
        ratio=round(median / TARGET_MS, 2),
        grown_bytes=len(sealed) - len(text),
    )
    say(contender="verify", cpu_ms=round(statistics.median(checking) * 1000, 1))


def work(task: tuple[str, int, int]) -> list[int]:
    """Render and sign a share of the batch; the KiB the process held at each of `MARKS`.

    What pyHanko leaves in cycles (about 270 objects an agreement) stands until the collector comes
    by, and the heap settles at its size with the first few dozen: the first mark comes after
    `SETTLED` agreements, and each is read after a collection, so that only what stays is counted.
    """
    folder, worker, count = task
    authority, said = authority_in(Path(folder)), contents()
    settled = min(SETTLED, count // 2)
    marks = [settled + (count - settled) * quarter // MARKS for quarter in range(MARKS + 1)]
    kept: list[int] = []
    for number in range(1, count + 1):
        pdf = both(signatures.prepare(agreement.render(said)), authority)
        if not pdf.startswith(b"%PDF"):
            raise SystemExit("not a PDF")
        if number in marks:
            kept.append(held())
            say(contender="memory", worker=worker, signed=number, held_kib=kept[-1])
    return kept


def held() -> int:
    """KiB of this process in memory, after everything unreachable was let go."""
    gc.collect()
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0])


def batch(folder: Path, count: int, workers: int) -> None:
    """A batch over processes; memory must not grow with it."""
    share = [(str(folder), worker, count // workers) for worker in range(workers)]
    started = time.perf_counter()
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        kept = pool.map(work, share)
    seconds = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = count // workers * workers
    cpu = (used.ru_utime + used.ru_stime) / done
    say(
        contender="batch: render and sign both sides",
        count=done,
        workers=workers,
        seconds=round(seconds, 1),
        per_second=round(done / seconds, 2),
        needed_per_second=round(BATCH / BATCH_MINUTES / 60, 2),
        cpu_ms_each=round(cpu * 1000, 1),
        minutes_for_5000_by_cpu=round(BATCH * cpu / workers / 60, 1),
        held_kib=[max(marks) for marks in zip(*kept, strict=True)],
        grown_kib=max(marks[-1] - marks[0] for marks in kept),
        grown_kib_in_the_second_half=max(marks[-1] - marks[MARKS // 2] for marks in kept),
    )


def say(**facts: object) -> None:
    """One line of JSON."""
    print(json.dumps(facts, ensure_ascii=False), flush=True)


def main() -> None:
    """Run both."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        one(Path(folder))
        batch(Path(folder), options.count, options.workers)


if __name__ == "__main__":
    main()
