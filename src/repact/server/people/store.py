"""Encrypted files on disk, named by the hash of what is stored, written before any row."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from django.conf import settings

from repact.server.clock import ports
from repact.server.people import vault
from repact.server.people.errors import PeopleError
from repact.server.people.models import SubjectKey


def put(key: SubjectKey, content: bytes, /, *, context: str) -> str:
    """Seal and store a file; returns the SHA-256 of the ciphertext, its name."""
    sealed = vault.seal(key, content, context=context)
    name = hashlib.sha256(sealed).hexdigest()
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{name}.{ports.new_id()}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    return name


def get(key: SubjectKey, name: str, /, *, context: str) -> bytes:
    """Read a file back. Raises `people.file_missing` or `people.seal_broken`."""
    try:
        sealed = _path(name).read_bytes()
    except OSError as error:
        raise PeopleError("people.file_missing") from error
    if hashlib.sha256(sealed).hexdigest() != name:
        raise PeopleError("people.seal_broken")
    return vault.unseal(key, sealed, context=context)


def _path(name: str) -> Path:
    return Path(settings.REPACT_FILES) / name[:2] / name
