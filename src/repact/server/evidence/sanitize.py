"""Taking an upload apart and writing it anew, in a process that may not use much.

Run as `python -m repact.server.evidence.sanitize`: the upload on standard input, on standard output
a line with the media type (and a picture's perceptual hash) and then the new file; exit code 3 and
an error code when refused.
"""

from __future__ import annotations

import io
import resource
import subprocess
import sys
import warnings
from dataclasses import dataclass
from typing import Any

UPLOAD_BYTES_MAX = 10 * 1024 * 1024
PIXELS_MAX = 40_000_000
PAGES_MAX = 30
_MEMORY_BYTES = 1024 * 1024 * 1024
_CPU_SECONDS = 10
PLAIN_BITS = 10  # fewer bits set or unset: one color, a gradient, an empty sheet
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
    """A file of our own making. `perceptual` is a picture's 64-bit difference hash.

    None for a PDF, and for a picture so plain that its hash would say nothing.
    """

    media_type: str
    content: bytes
    perceptual: int | None = None


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
    head, _, content = done.stdout.partition(b"\n")
    media_type, _, perceptual = head.decode().partition(" ")
    return Clean(media_type, content, int(perceptual, 16) if perceptual else None)


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
    return Clean("image/jpeg", out.getvalue(), _difference_hash(upright.convert("L")))


def _difference_hash(gray: Any) -> int | None:
    """Whether each of 8 x 8 cells is brighter than its right neighbor, as 64 bits.

    Copies that were scaled, compressed or slightly recolored keep nearly all bits.
    """
    small = gray.resize((9, 8))
    bits = 0
    for y in range(8):
        for x in range(8):
            bits = bits << 1 | (small.getpixel((x, y)) > small.getpixel((x + 1, y)))
    return bits if PLAIN_BITS <= bits.bit_count() <= 64 - PLAIN_BITS else None


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
    mark = "" if result.perceptual is None else f" {result.perceptual:016x}"
    sys.stdout.buffer.write(f"{result.media_type}{mark}\n".encode() + result.content)
    return 0


if __name__ == "__main__":
    sys.exit(_main())
