"""May a collector contact this person about this debt? Answered with a signed, expiring token.

While a case is open or a plan is in force, no. Otherwise what the law says of the channel, the hour
where the person is, and the contacts on record. The token (JWT, ES256) is the collector's proof; it
is checked with the public key at `/api/v1/standstill/keys`, and its life is real time.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from joserfc import jwt
from joserfc.jwk import ECKey

from repact.server.clock import ports
from repact.server.lenders import queries as lender_queries
from repact.server.loans.models import Loan
from repact.server.notices import gate
from repact.server.notices.errors import NoticeError
from repact.server.notices.models import CONTACT_CHANNELS, PERSONS, Addressee

YES_MINUTES, NO_MINUTES = 5, 60
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256 (FIPS 186-5)


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a contact is allowed now, why not, and the token that proves the answer."""

    may_contact: bool
    because: tuple[str, ...]
    expires_at: datetime
    token: str


def answer(*, loan_ref: str, channel: str, person: str, collector: str, now: datetime) -> Answer:
    """The answer for one debt, one channel and one person, at business time `now`.

    A yes holds for five minutes, a no for an hour: then ask again. Raises NoticeError
    `notices.unknown_contact` or `notices.loan.not_found`.
    """
    if channel not in CONTACT_CHANNELS or person not in PERSONS:
        raise NoticeError("notices.unknown_contact")
    loan = Loan.objects.filter(ref=loan_ref).select_related("borrower").first()
    if loan is None:
        raise NoticeError("notices.loan.not_found")
    because = _why_not(loan, channel, person, now)
    issued = ports.now().replace(microsecond=0)
    expires = issued + timedelta(minutes=NO_MINUTES if because else YES_MINUTES)
    claims = {
        "iss": settings.REPACT_SITE_URL,
        "aud": collector,
        "sub": loan.ref,
        "channel": channel,
        "person": person,
        "may_contact": not because,
        "because": list(because),
        "iat": int(issued.timestamp()),
        "exp": int(expires.timestamp()),
        "jti": str(ports.new_id()),
    }
    key = _key()
    token = jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key)
    return Answer(not because, because, expires, token)


def public_keys() -> dict[str, object]:
    """The key tokens are checked with, as a JWK set."""
    return {"keys": [_key().as_dict(private=False)]}


def _why_not(loan: Loan, channel: str, person: str, now: datetime) -> tuple[str, ...]:
    if loan.state == "closed":
        return ("debt_closed",)
    if loan.state == "in_plan":
        return ("plan_in_force",)
    if loan.holds.filter(released_at=None).exists():
        return ("case_open",)
    lender = lender_queries.get(loan.lender_id)
    zone = gate.zone_of(Addressee.objects.filter(borrower=loan.borrower).first(), lender)
    facts = gate.contact_facts(
        loan.borrower,
        now=now,
        zone=zone,
        channel=channel,
        lender_type=gate.lender_type(lender, now),
        person=person,
        collector="third_party",
    )
    ruling = gate.ask(borrower=loan.borrower, facts=facts, on=now.astimezone(zone).date())
    return tuple(item.rule_id for item in ruling.findings if item.blocks)


def _key() -> ECKey:
    """The signing key, made from the master key, so that there is none to store."""
    raw = HKDF(hashes.SHA256(), 48, None, b"repact standstill tokens 1").derive(
        settings.REPACT_KEYS.master
    )
    scalar = int.from_bytes(raw, "big") % (_ORDER - 1) + 1
    pem = ec.derive_private_key(scalar, ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    name = hashlib.sha256(b"kid" + raw).hexdigest()[:16]
    return ECKey.import_key(pem, {"kid": name, "use": "sig", "alg": "ES256"})
