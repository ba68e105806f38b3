"""Files and standard input, never more than a document may hold."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from repact.errors import RepactError
from repact.plans.document import DOCUMENT_BYTES_MAX

PDF_BYTES_MAX = 5 * 1024 * 1024


def whole(file: str, /) -> bytes:
    """A file, or standard input for `-`; one byte more than allowed, so that it is refused."""
    if file == "-":
        return sys.stdin.buffer.read(DOCUMENT_BYTES_MAX + 1)
    try:
        with Path(file).open("rb") as opened:
            return opened.read(DOCUMENT_BYTES_MAX + 1)
    except OSError as error:
        raise RepactError("cli.unreadable_file", field="file", name=file) from error


def starts_with(file: str, start: bytes, /) -> bool:
    """Whether a file begins so; a file that cannot be read does not."""
    try:
        with Path(file).open("rb") as opened:
            return opened.read(len(start)) == start
    except OSError:
        return False


def pdf(file: str, /) -> bytes:
    """A PDF, refused when it is larger than an agreement can be."""
    try:
        with Path(file).open("rb") as opened:
            read = opened.read(PDF_BYTES_MAX + 1)
    except OSError as error:
        raise RepactError("cli.unreadable_file", field="file", name=file) from error
    if len(read) > PDF_BYTES_MAX:
        raise RepactError("cli.file_too_large", field="file", bytes_max=PDF_BYTES_MAX)
    return read


def lines(file: str, /) -> Iterator[bytes]:
    """Every line of a file, or of standard input, that is not blank."""
    if file == "-":
        yield from (line for line in sys.stdin.buffer if line.strip())
        return
    try:
        with Path(file).open("rb") as opened:
            yield from (line for line in opened if line.strip())
    except OSError as error:
        raise RepactError("cli.unreadable_file", field="file", name=file) from error
