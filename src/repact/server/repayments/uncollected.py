"""Working out many plans at once without the collector looking them over again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """For a batch of bounded size: nothing of it is garbage before it is written, and looking for
    some anyway took a fifth of the time (docs/reference/speed.md). What is left is collected later.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
