"""Working out many plans at once without the collector looking them over again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_lock = Lock()
_inside = 0
_was_on = True


@contextmanager
def uncollected() -> Iterator[None]:
    """For a batch of bounded size: nothing of it is garbage before it is written, and looking for
    some anyway took a fifth of the time (docs/reference/speed.md). What is left is collected later:
    when the last of those at work at the same time is done.
    """
    global _inside, _was_on  # noqa: PLW0603 - the collector is the process's, too
    with _lock:
        if not _inside:
            _was_on = gc.isenabled()
            gc.disable()
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside and _was_on:
                gc.enable()
