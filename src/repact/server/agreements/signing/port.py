"""Who signs: what an agreement needs from an authority, whoever that is.

Three stand behind this port: `authority.LocalAuthority` (one machine, the demo and trials),
`token.TokenAuthority` (keys in hardware, PKCS#11) and `remote.RemoteAuthority` (a licensed
authority's service over HTTP). The demo's certificates prove the format, not an identity.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Protocol

from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from pyhanko.sign.signers import Signer as PdfKey
from pyhanko.sign.timestamps import TimeStamper

from repact.server.agreements.errors import AgreementError

# agreed: reliable conditions both sides agreed to (Electronic Signature Law of China, art. 13);
# licensed: a certificate of a licensed authority (art. 16). Said on the page, in the text and in
# the record of the act.
Level = Literal["agreed", "licensed"]


class AwayError(AgreementError):
    """The authority or the timestamp service did not answer: try again, nothing is lost."""

    def __init__(self, what: str) -> None:
        super().__init__("agreements.authority_away", what=what)


class Signer(Protocol):
    """What signing needs from an authority; each may raise AwayError."""

    level: Level

    def one_time(self, *, name: str, at: datetime) -> PdfKey: ...
    def lender_seal(self) -> PdfKey: ...
    def timestamper(self, *, at: datetime) -> TimeStamper: ...
    def roots(self) -> list[asn1_x509.Certificate]: ...
    def revocations(self, *, at: datetime) -> list[asn1_crl.CertificateList]: ...
