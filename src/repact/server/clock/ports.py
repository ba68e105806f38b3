"""The only door to the machine's clock, to fresh ids and to randomness.

Business time is never read here: it is an argument (`now`, `on`), and comes from
`clock.queries.business_now`. What is read here is real time, for the lifetimes of sessions, codes
and certificates, and for the moment a row was recorded.
"""

from __future__ import annotations

import secrets  # noqa: TID251 - this is the port
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID


class Ports(Protocol):
    """What a process takes from its machine; tests and the simulator bring their own."""

    def now(self) -> datetime: ...
    def random_bytes(self, count: int, /) -> bytes: ...


class MachinePorts:
    """The real clock and the operating system's randomness."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - this is the port

    def random_bytes(self, count: int, /) -> bytes:
        return secrets.token_bytes(count)


_MACHINE = MachinePorts()
_ports: ContextVar[Ports] = ContextVar("ports", default=_MACHINE)


@contextmanager
def using(ports: Ports, /) -> Iterator[None]:
    """Take time and randomness from `ports` inside the block."""
    token = _ports.set(ports)
    try:
        yield
    finally:
        _ports.reset(token)


def now() -> datetime:
    """Real time, aware, in UTC."""
    return _ports.get().now()


def random_bytes(count: int, /) -> bytes:
    """`count` bytes fit for keys."""
    return _ports.get().random_bytes(count)


def new_id() -> UUID:
    """A fresh UUID version 7 (RFC 9562 §5.7): ordered by time, unguessable."""
    return new_ids(1)[0]


def new_ids(count: int, /) -> list[UUID]:
    """Some fresh ids of one moment."""
    milliseconds = int(now().timestamp() * 1000).to_bytes(6, "big")
    chance = random_bytes(10 * count)
    made = []
    for start in range(0, 10 * count, 10):
        raw = bytearray(milliseconds + chance[start : start + 10])
        raw[6] = 0x70 | (raw[6] & 0x0F)
        raw[8] = 0x80 | (raw[8] & 0x3F)
        made.append(UUID(bytes=bytes(raw)))
    return made


def token() -> str:
    """A secret of 256 bits, as 64 hexadecimal digits."""
    return random_bytes(32).hex()


def digits(count: int, /) -> str:
    """`count` decimal digits, each equally likely."""
    value = int.from_bytes(random_bytes(16), "big")
    return str(value % 10**count).zfill(count)
