"""How allauth fits this house: no sign-up by anyone, second factors sealed at rest."""

from __future__ import annotations

import base64

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.http import HttpRequest

from repact.server.clock import ports

_CONTEXT = b"people.second_factor"
_NONCE_BYTES = 12


class StaffAdapter(DefaultAccountAdapter):
    """Staff are registered by their lender; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's form
        return False


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps authenticator secrets and recovery codes encrypted with the master key."""

    def encrypt(self, text: str) -> str:
        nonce = ports.random_bytes(_NONCE_BYTES)
        sealed = AESGCM(settings.REPACT_KEYS.master).encrypt(nonce, text.encode(), _CONTEXT)
        return base64.b64encode(nonce + sealed).decode()

    def decrypt(self, encrypted_text: str) -> str:
        raw = base64.b64decode(encrypted_text)
        nonce, sealed = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
        return AESGCM(settings.REPACT_KEYS.master).decrypt(nonce, sealed, _CONTEXT).decode()
