"""Two pieces of work at the same time: while one waits for the database, the other thinks.

A lane is steps in an order, on a connection of its own. What must not meet goes into one lane.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from threading import Event
from typing import TypeVar
from uuid import UUID

from django.db import connection

LANES = 2

T = TypeVar("T")


def share(things: Sequence[T], /, *, key: Callable[[T], UUID], few: int) -> list[list[T]]:
    """Share things over the lanes, in their order; those of one key are in one lane, and a `few`
    are not worth another."""
    if len(things) <= few:
        return [list(things)]
    made: list[list[T]] = [[] for _ in range(LANES)]
    for thing in things:
        made[key(thing).int % LANES].append(thing)
    return [lane for lane in made if lane]


def run(lanes: Sequence[Iterable[Callable[[], T]]], /) -> list[T]:
    """Do the steps of every lane, each an action of its own; what they answer, lane by lane.

    A transaction belongs to one connection: within one, lanes are done one after the other. When a
    step fails, the other lanes end with the step they are at, and its error is raised.
    """
    if len(lanes) < 2 or connection.in_atomic_block:
        return [step() for lane in lanes for step in lane]
    stop = Event()

    def walk(lane: Iterable[Callable[[], T]]) -> list[T]:
        made: list[T] = []
        try:
            for step in lane:
                if stop.is_set():
                    break
                made.append(step())
        except BaseException:
            stop.set()
            raise
        finally:
            connection.close()
        return made

    with ThreadPoolExecutor(len(lanes)) as pool:
        walks = [pool.submit(copy_context().run, walk, lane) for lane in lanes]
        try:
            wait(walks)
        finally:
            stop.set()  # whoever interrupts us waits for a step, not for all of them
    return [one for each in walks for one in each.result()]
