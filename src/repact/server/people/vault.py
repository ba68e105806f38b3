"""Sealing what people tell us, each with their own key.

AES-256-GCM (NIST SP 800-38D) with a fresh 96-bit nonce; the context and the key's id are
authenticated with every value, so that a sealed value cannot be moved to another field or person.
Each person's key is wrapped by the master key: destroying the wrapped key erases the person.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from repact.server.clock import ports
from repact.server.people.errors import PeopleError
from repact.server.people.models import SubjectKey

NONCE_BYTES = 12
KEY_BYTES = 32


def new_subject(*, lender_id: UUID, now: datetime) -> SubjectKey:
    """A fresh key for a person, stored wrapped."""
    key = unsaved_subject(lender_id=lender_id, now=now)
    key.save(force_insert=True)
    return key


def unsaved_subject(*, lender_id: UUID, now: datetime) -> SubjectKey:
    """A fresh key for a person, for the caller to store."""
    key = SubjectKey(lender_id=lender_id, created_at=now)
    raw = ports.random_bytes(KEY_BYTES)
    key.wrapped = _encrypt(settings.REPACT_KEYS.master, raw, key.id.bytes)
    return key


def seal(key: SubjectKey, plaintext: bytes, /, *, context: str) -> bytes:
    """Encrypt for one person and one use (`context`, such as `people.name`)."""
    return _encrypt(_unwrapped(key), plaintext, _context(key, context))


def unseal(key: SubjectKey, sealed: bytes, /, *, context: str) -> bytes:
    """Decrypt; raises PeopleError `people.erased` or `people.seal_broken`."""
    return _decrypt(_unwrapped(key), sealed, _context(key, context))


def blind_index(value: str, /) -> bytes:
    """A keyed hash for exact search; it reveals nothing without the master key."""
    secret = hashlib.sha256(b"blind index" + settings.REPACT_KEYS.master).digest()
    return hmac.digest(secret, value.encode(), "sha256")


def _unwrapped(key: SubjectKey) -> bytes:
    if key.destroyed_at is not None:
        raise PeopleError("people.erased")
    return _decrypt(settings.REPACT_KEYS.master, bytes(key.wrapped), key.id.bytes)


def _context(key: SubjectKey, context: str) -> bytes:
    return key.id.bytes + context.encode()


def _encrypt(key: bytes, plaintext: bytes, authenticated: bytes) -> bytes:
    nonce = ports.random_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, authenticated)


def _decrypt(key: bytes, sealed: bytes, authenticated: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], authenticated)
    except InvalidTag as error:
        raise PeopleError("people.seal_broken") from error
