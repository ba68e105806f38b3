"""Two signatures over one text; whatever is changed afterwards is seen."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from repact.server.agreements.documents import agreement
from repact.server.agreements.signing import signatures, verification
from repact.server.agreements.signing.authority import LocalAuthority
from tests.unit.agreements.contents import contents

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return LocalAuthority.load_or_create(
        tmp_path_factory.mktemp("authority"),
        passphrase=b"of the tests",
        lender="Sample",
        now=lambda: NOW,
    )


@pytest.fixture(scope="module")
def revisions(authority):
    text = signatures.prepare(agreement.render(contents("䶮𬱖㛃")))
    signed = signatures.sign_by_borrower(
        text, signer=authority, name="䶮𬱖㛃", evidence_sha256="c" * 64, at=NOW
    )
    sealed = signatures.seal_by_lender(
        signed, signer=authority, name="示例消费金融有限公司", at=NOW
    )
    return text, signed, sealed


def verified(pdf, authority):
    return verification.verify(pdf, roots=authority.roots(), at=NOW + timedelta(days=1))


class TestASealedAgreement:
    def test_verifies(self, revisions, authority):
        found = verified(revisions[-1], authority)
        assert found.problems == []

    def test_verifies_years_later(self, revisions, authority):
        later = NOW + timedelta(days=2000)
        assert verification.verify(revisions[-1], roots=authority.roots(), at=later).problems == []

    @pytest.mark.parametrize("name", ["𬱖", "王" * 200, "Łukasz", "阿卜杜热合曼·吐尔逊"])
    def test_verifies_whatever_the_name(self, authority, name):
        text = signatures.prepare(agreement.render(contents(name)))
        signed = signatures.sign_by_borrower(
            text, signer=authority, name=name, evidence_sha256="c" * 64, at=NOW
        )
        sealed = signatures.seal_by_lender(signed, signer=authority, name="示例", at=NOW)
        assert verified(sealed, authority).problems == []

    def test_grows_and_never_changes_what_was_signed(self, revisions):
        text, signed, sealed = revisions
        assert signed.startswith(text)
        assert sealed.startswith(signed)

    def test_is_not_complete_with_one_signature(self, revisions, authority):
        assert verified(revisions[1], authority).problems
        assert verified(revisions[0], authority).problems

    def test_does_not_verify_under_another_authority(self, revisions, tmp_path):
        other = LocalAuthority.load_or_create(
            tmp_path, passphrase=b"x", lender="Other", now=lambda: NOW
        )
        assert verified(revisions[-1], other).problems

    def test_shows_every_changed_byte_of_what_was_signed(self, revisions, authority):
        sealed = revisions[-1]
        step = len(revisions[0]) // 40
        for at in range(10, len(revisions[0]), step):
            changed = bytearray(sealed)
            changed[at] ^= 0x01
            assert verified(bytes(changed), authority).problems, at

    def test_shows_what_was_added_afterwards(self, revisions, authority):
        assert verified(revisions[-1] + b"\n% more\n", authority).problems

    @pytest.mark.parametrize("pdf", [b"", b"%PDF-1.7", b"hello" * 100])
    def test_that_is_none_is_said_to_be_none(self, pdf, authority):
        assert verified(pdf, authority).problems

    @pytest.mark.skipif(shutil.which("pdfsig") is None, reason="apt-get install poppler-utils")
    def test_is_valid_for_poppler_too(self, revisions, tmp_path):
        path = tmp_path / "sealed.pdf"
        path.write_bytes(revisions[-1])
        said = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True)
        assert said.stdout.count("Signature is Valid.") == 2, said.stdout


class TestTheAuthority:
    def test_is_kept_and_loaded_again(self, tmp_path):
        made = [
            LocalAuthority.load_or_create(
                tmp_path, passphrase=b"x", lender="Sample", now=lambda: NOW
            )
            for _ in range(2)
        ]
        assert made[0].roots()[0].dump() == made[1].roots()[0].dump()

    def test_keeps_its_keys_encrypted(self, tmp_path):
        LocalAuthority.load_or_create(tmp_path, passphrase=b"x", lender="S", now=lambda: NOW)
        keys = [p for p in tmp_path.rglob("*") if p.is_file() and b"PRIVATE KEY" in p.read_bytes()]
        assert keys
        assert all(b"ENCRYPTED" in path.read_bytes() for path in keys)
