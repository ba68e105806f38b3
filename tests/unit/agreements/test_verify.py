"""Verifying from the shell, with the product and without it; no server, no database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import pem

from repact.server.agreements.documents import agreement
from repact.server.agreements.signing import signatures
from repact.server.agreements.signing.authority import LocalAuthority
from tests.unit.agreements.contents import contents

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A sealed agreement, the root it leads to, and a stranger's root."""
    folder = tmp_path_factory.mktemp("verify")
    for name in ("own", "stranger"):
        authority = LocalAuthority.load_or_create(
            folder / name, passphrase=b"x", lender="示例", now=lambda: NOW
        )
        der = authority.roots()[0].dump()
        (folder / f"{name}.pem").write_bytes(pem.armor("CERTIFICATE", der))
        text = signatures.prepare(agreement.render(contents()))
        signed = signatures.sign_by_borrower(
            text, signer=authority, name="林小雨", evidence_sha256="c" * 64, at=NOW
        )
        sealed = signatures.seal_by_lender(signed, signer=authority, name="示例", at=NOW)
        (folder / f"{name}.pdf").write_bytes(sealed)
    (folder / "longer.pdf").write_bytes((folder / "own.pdf").read_bytes() + b"\n%%EOF\n")
    return folder


def repact(folder, *words):
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "REPACT_VAR": str(folder / "no")}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [str(Path(sys.executable).with_name("repact")), "verify", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment)


def alone(folder, *words):
    """The stand-alone verifier, with the product out of reach."""
    command = [sys.executable, "-I", str(ROOT / "tools/verify_agreement.py"), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder)


class TestRepactVerify:
    def test_accepts_what_leads_to_a_trusted_root(self, folder):
        made = repact(folder, "own.pdf", "--trust", "own.pem")
        said = json.loads(made.stdout)
        assert (made.returncode, said["verified"], said["problems"]) == (0, True, [])
        assert [each["field"] for each in said["signatures"]] == ["Borrower", "Lender"]
        assert said["schedule_sha256"] == contents().schedule_sha256

    def test_trusts_nobody_by_itself(self, folder):
        made = repact(folder, "own.pdf")
        said = json.loads(made.stdout)
        assert (made.returncode, said["verified"], said["intact"]) == (4, False, True)
        assert said["problems"] == ["agreements.authority_not_trusted"]

    @pytest.mark.parametrize(
        ("file", "trust"), [("own.pdf", "stranger.pem"), ("longer.pdf", "own.pem")]
    )
    def test_refuses_the_rest(self, folder, file, trust):
        made = repact(folder, file, "--trust", trust)
        assert (made.returncode, json.loads(made.stdout)["verified"]) == (4, False)

    def test_compares_the_whole_file_with_its_known_hash(self, folder):
        made = repact(folder, "own.pdf", "--trust", "own.pem", "--sha256", "0" * 64)
        assert json.loads(made.stdout)["problems"] == ["agreements.file_differs"]

    def test_says_what_cannot_be_read(self, folder):
        (folder / "none.pem").write_text("nothing")
        assert repact(folder, "missing.pdf").returncode == 2
        assert repact(folder, "own.pdf", "--trust", "none.pem").returncode == 2
        (folder / "large.pdf").write_bytes(b"%PDF-1.7\n" + b" " * (5 * 1024 * 1024))
        assert "cli.file_too_large" in repact(folder, "large.pdf").stderr


class TestTheVerifierAlone:
    def test_agrees(self, folder):
        made = alone(folder, "own.pdf", "--trust", "own.pem")
        assert made.returncode == 0, made.stdout + made.stderr
        assert "VERIFIED" in made.stdout

    @pytest.mark.parametrize(
        ("file", "trust"), [("own.pdf", "stranger.pem"), ("longer.pdf", "own.pem")]
    )
    def test_refuses_the_rest(self, folder, file, trust):
        assert alone(folder, file, "--trust", trust).returncode == 4

    def test_knows_no_line_of_the_product(self):
        source = (ROOT / "tools/verify_agreement.py").read_text()
        assert "import repact" not in source
        assert "from repact" not in source
        assert len(source.splitlines()) <= 200
