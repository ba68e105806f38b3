"""A copy of everything: one archive, with a manifest that names each file by its hash."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Mapping
from datetime import date

from repact.server.agreements.errors import AgreementError

MANIFEST = "manifest.json"
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")


def bundle(files: Mapping[str, bytes], /, *, reference: str, on: date) -> bytes:
    """The files as a ZIP with `manifest.json`: the same bytes for the same input.

    Raises `agreements.file_name` for a name with anything but letters, digits, dots and dashes.
    """
    for name in files:
        if not _SAFE.fullmatch(name) or name == MANIFEST:
            raise AgreementError("agreements.file_name", name=name)
    manifest = {
        "version": 1,
        "reference": reference,
        "made_date": on.isoformat(),
        "files": [
            {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in sorted(files.items())
        ],
    }
    listed = json.dumps(manifest, ensure_ascii=False, indent=2).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in [(MANIFEST, listed), *sorted(files.items())]:
            entry = zipfile.ZipInfo(name, date_time=(on.year, on.month, on.day, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return out.getvalue()


def differences(archive: bytes, /) -> list[str]:
    """The names of files that are not as the manifest says, missing or not listed."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        manifest = json.loads(opened.read(MANIFEST))
        held = {name: opened.read(name) for name in opened.namelist() if name != MANIFEST}
    listed = {entry["name"]: entry["sha256"] for entry in manifest["files"]}
    found = {name: hashlib.sha256(data).hexdigest() for name, data in held.items()}
    return sorted(name for name in listed | found if listed.get(name) != found.get(name))
