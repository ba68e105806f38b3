"""Every authority behind the port signs the same document the same way, or says it is away."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from asn1crypto import pem, x509

from repact.server.agreements.documents import agreement
from repact.server.agreements.errors import AgreementError
from repact.server.agreements.signing import remote, signatures, token, verification
from repact.server.agreements.signing.authority import LocalAuthority
from repact.server.agreements.signing.port import AwayError
from tests.conftest import KEY
from tests.unit.agreements.contents import contents

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so")
MODULE = next((path for path in MODULES if Path(path).exists()), None)
HEADERS = {"Authorization": f"Bearer {KEY}"}
PIN = "482913"


@pytest.fixture(scope="module")
def now():
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def text():
    return signatures.prepare(agreement.render(contents()))


@pytest.fixture(scope="module")
def trust(tmp_path_factory):
    """The demo's licensed authority and timestamp service, a program of its own."""
    command = [sys.executable, "-m", "repact.sandbox.trust", "--port", "0"]
    command += ["--data", str(tmp_path_factory.mktemp("trust"))]
    environment = {**os.environ, "REPACT_TRUST_KEY": KEY}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        yield process.stdout.readline().split()[-1]
        process.terminate()
        assert process.wait(5) == 0


@pytest.fixture
def faults(trust):
    def ask(kind, path, count=1):
        body = {"kind": kind, "path": path, "count": count}
        httpx.post(f"{trust}/api/faults", json=body, headers=HEADERS).raise_for_status()

    yield ask
    httpx.delete(f"{trust}/api/faults", headers=HEADERS)


@pytest.fixture(scope="module")
def local(tmp_path_factory, now):
    return LocalAuthority.load_or_create(
        tmp_path_factory.mktemp("authority"), passphrase=b"x", lender="Sample", now=lambda: now
    )


def both(text, authority, now):
    signed = signatures.sign_by_borrower(
        text, signer=authority, name="林小雨", evidence_sha256="c" * 64, at=now
    )
    return signatures.seal_by_lender(signed, signer=authority, name="示例", at=now)


class TestTheRemoteAuthority:
    def test_signs_what_everybody_can_verify(self, trust, text, now):
        authority = remote.RemoteAuthority(trust, key=KEY, level="licensed")
        sealed = both(text, authority, now)
        later = datetime.now(UTC) + timedelta(days=400)
        found = verification.verify(
            sealed, roots=authority.roots(), at=later, revocations=authority.revocations(at=now)
        )
        assert found.problems == []

    def test_uses_a_persons_key_once(self, trust, now):
        key = remote.RemoteAuthority(trust, key=KEY, level="licensed").one_time(name="林", at=now)
        first = key._sign_raw(b"one")
        assert key._sign_raw(b"one") == first
        with pytest.raises(AgreementError, match="authority_refused"):
            key._sign_raw(b"two")

    def test_refuses_whoever_has_no_key(self, trust, now):
        stranger = remote.RemoteAuthority(trust, key="wrong", level="licensed")
        with pytest.raises(AgreementError, match="authority_refused"):
            stranger.one_time(name="林", at=now)

    @pytest.mark.parametrize("path", ["/api/credentials", "/api/signatures", "/api/timestamps"])
    def test_is_said_to_be_away_when_it_is(self, trust, faults, text, now, path):
        authority = remote.RemoteAuthority(trust, key=KEY, level="licensed")
        faults("error_500", path)
        with pytest.raises(AwayError):
            both(text, authority, now)
        assert both(text, authority, now).startswith(text)

    def test_is_away_when_nobody_listens(self, text, now):
        nobody = remote.RemoteAuthority("http://127.0.0.1:9", key=KEY, level="licensed")
        with pytest.raises(AwayError):
            both(text, nobody, now)


class TestATimestampService:
    @pytest.fixture
    def stamped(self, trust, local):
        return remote.WithStamps(local, remote.HttpTimeStamper(f"{trust}/api/timestamps", key=KEY))

    def test_dates_what_another_authority_signs(self, trust, stamped, text, now):
        sealed = both(text, stamped, now)
        _, _, der = pem.unarmor(httpx.get(f"{trust}/root.pem").content)
        roots = [*stamped.roots(), x509.Certificate.load(der)]
        found = verification.verify(sealed, roots=roots, at=now + timedelta(days=1))
        assert found.problems == []
        assert all(abs(s.at - now) < timedelta(minutes=10) for s in found.signatures)

    def test_must_be_trusted_too(self, stamped, text, now):
        found = verification.verify(
            both(text, stamped, now), roots=stamped.roots(), at=now + timedelta(days=1)
        )
        assert found.problems == ["agreements.signature_invalid"]

    def test_that_is_down_leaves_the_document_as_it_was(self, faults, stamped, text, now):
        faults("down", "/api/timestamps")
        with pytest.raises(AwayError):
            both(text, stamped, now)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A SoftHSM token of the tests' own."""
    folder = tmp_path_factory.mktemp("token")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        tool = shutil.which("softhsm2-util")
        subprocess.run(
            [tool, "--init-token", "--free", "--label", "repact", "--so-pin", PIN, "--pin", PIN],
            check=True,
            capture_output=True,
        )
        yield folder


@pytest.fixture(scope="module")
def authority(folder, local, now):
    return token.TokenAuthority.load_or_create(
        MODULE,
        label="repact",
        pin=PIN,
        lender="示例",
        level="agreed",
        now=lambda: now,
        stamps=local.timestamper,
    )


@pytest.mark.skipif(MODULE is None, reason="apt-get install softhsm2")
class TestATokenAuthority:
    def test_signs_what_everybody_can_verify(self, authority, local, text, now):
        sealed = both(text, authority, now)
        found = verification.verify(
            sealed,
            roots=[*authority.roots(), *local.roots()],
            at=now + timedelta(days=1),
            revocations=authority.revocations(at=now + timedelta(days=1)),
        )
        assert found.problems == []

    def test_keeps_its_keys_in_the_token(self, authority, folder):
        import pkcs11

        keys = authority._session.get_objects(
            {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY}
        )
        for key in keys:
            assert not key[pkcs11.Attribute.EXTRACTABLE]
            with pytest.raises(pkcs11.AttributeSensitive):
                key[pkcs11.Attribute.VALUE]
        written = b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())
        assert b"PRIVATE KEY" not in written
