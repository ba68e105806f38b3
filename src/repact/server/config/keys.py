"""The keys a running server needs; made once in demo mode, given by the environment elsewhere."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from repact.server.clock import ports


@dataclass(frozen=True, slots=True)
class Keys:
    """`master` (32 bytes) wraps each person's data key; `session` signs cookies."""

    master: bytes
    session: str


def load(var: Path, /, *, demo: bool) -> Keys:
    """Read both keys from the environment; in demo mode make and keep them under `var`.

    Raises ImproperlyConfigured outside demo mode when a key is missing or too short.
    """
    master, session = os.environ.get("REPACT_MASTER_KEY"), os.environ.get("REPACT_SESSION_KEY")
    if demo:
        master = master or _kept(var / "keys" / "master")
        session = session or _kept(var / "keys" / "session")
    if not master or not session:
        raise ImproperlyConfigured("REPACT_MASTER_KEY and REPACT_SESSION_KEY must be set")
    raw = base64.b64decode(master, validate=True)
    if len(raw) != 32:
        raise ImproperlyConfigured("REPACT_MASTER_KEY must be 32 bytes in base64")
    return Keys(master=raw, session=session)


def _kept(path: Path, /) -> str:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(base64.b64encode(ports.random_bytes(32)))
    except FileExistsError:
        pass
    return path.read_text()
