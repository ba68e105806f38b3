"""Three formats in, one kind of movement out; a broken line is reported and the rest is read."""

from __future__ import annotations

from repact.server.statements.errors import StatementError
from repact.server.statements.reading import camt, columns, mt
from repact.server.statements.reading.movement import BadLine, Movement, Read

__all__ = ["BadLine", "Movement", "Read", "read"]
BYTES_MAX = 50 * 1024 * 1024


def read(raw: bytes, /, *, kind: str, mapping: columns.Columns | None = None) -> Read:
    """The movements of a statement. Raises StatementError `statements.too_large`, `.unreadable`,
    `.unknown_format`, `.no_mapping`."""
    if len(raw) > BYTES_MAX:
        raise StatementError("statements.too_large")
    if kind == "camt053":
        return camt.read(raw)
    if kind == "mt940":
        return mt.read(raw)
    if kind != "csv":
        raise StatementError("statements.unknown_format", format=kind)
    if mapping is None:
        raise StatementError("statements.no_mapping")
    return columns.read(raw, mapping)
