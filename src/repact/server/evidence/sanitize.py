"""Taking an upload apart and writing it anew, in a process that may not use much.

Run as `python -m repact.server.evidence.sanitize`: the upload on standard input, on standard output
a line with the media type and then the new file; exit code 3 and an error code when refused.
"""

from __future__ import annotations

import io
import resource
import subprocess
import sys
import warnings
from dataclasses import dataclass

UPLOAD_BYTES_MAX = 10 * 1024 * 1024
PIXELS_MAX = 40_000_000
PAGES_MAX = 30
_MEMORY_BYTES = 1024 * 1024 * 1024
_CPU_SECONDS = 10
_REFUSED = 3
_CODES = {
    "evidence.unreadable",
    "evidence.locked",
    "evidence.not_picture_or_pdf",
    "evidence.too_many_pages",
    "evidence.too_large",
}
_ACTIVE_KEYS = ("/OpenAction", "/AA", "/Names", "/AcroForm", "/JavaScript", "/Outlines")


class RefusedError(Exception):
    """The upload is not taken; the message is the error code."""


@dataclass(frozen=True, slots=True)
class Clean:
    """A file of our own making."""

    media_type: str
    content: bytes


def clean(upload: bytes, /) -> Clean:
    """The upload written anew. Raises RefusedError with a code."""
    if not upload or len(upload) > UPLOAD_BYTES_MAX:
        raise RefusedError("evidence.too_large" if upload else "evidence.unreadable")
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-m", "repact.server.evidence.sanitize"],
            input=upload,
            capture_output=True,
            timeout=_CPU_SECONDS * 2,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired as error:
        raise RefusedError("evidence.unreadable") from error
    if done.returncode:
        code = done.stderr.decode(errors="replace").strip()
        raise RefusedError(code if code in _CODES else "evidence.unreadable")
    media_type, _, content = done.stdout.partition(b"\n")
    return Clean(media_type=media_type.decode(), content=content)


def rewrite(upload: bytes, /) -> Clean:
    """What the limited process does."""
    return _pdf(upload) if upload.startswith(b"%PDF-") else _picture(upload)


def _picture(upload: bytes) -> Clean:
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415 - only here

    Image.MAX_IMAGE_PIXELS = PIXELS_MAX
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(io.BytesIO(upload), formats=("JPEG", "PNG", "WEBP")) as image:
            if image.width * image.height > PIXELS_MAX:
                raise RefusedError("evidence.too_large")
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except UnidentifiedImageError as error:
        raise RefusedError("evidence.not_picture_or_pdf") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise RefusedError("evidence.too_large") from error
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=85)
    return Clean("image/jpeg", out.getvalue())


def _pdf(upload: bytes) -> Clean:
    import pikepdf  # noqa: PLC0415 - only here

    try:
        with pikepdf.open(io.BytesIO(upload)) as source, pikepdf.new() as made:
            if source.is_encrypted:
                raise RefusedError("evidence.locked")
            if len(source.pages) > PAGES_MAX:
                raise RefusedError("evidence.too_many_pages")
            made.pages.extend(source.pages)
            for page in made.pages:
                for key in ("/AA", "/Annots"):
                    if key in page.obj:
                        del page.obj[key]
            for key in _ACTIVE_KEYS:
                if key in made.Root:
                    del made.Root[key]
            out = io.BytesIO()
            made.save(out, deterministic_id=True)
    except pikepdf.PasswordError as error:
        raise RefusedError("evidence.locked") from error
    return Clean("application/pdf", out.getvalue())


def _main() -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if sys.platform == "linux":  # macOS does not enforce an address-space limit
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    try:
        result = rewrite(sys.stdin.buffer.read(UPLOAD_BYTES_MAX + 1))
    except RefusedError as error:
        sys.stderr.write(str(error))
        return _REFUSED
    except Exception:  # noqa: BLE001 - whatever a hostile file provokes is one answer
        sys.stderr.write("evidence.unreadable")
        return _REFUSED
    sys.stdout.buffer.write(result.media_type.encode() + b"\n" + result.content)
    return 0


if __name__ == "__main__":
    sys.exit(_main())
