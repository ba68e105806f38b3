"""Setting a document: archival PDF/A-3a, tagged, the same bytes for the same input.

Data reaches the template only as JSON; fonts come from locked wheels, never from the system.
"""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from importlib import resources
from typing import Any, Literal

import pylopdf_fonts_zh_cn
import typst

from repact.server.agreements.documents import wording
from repact.server.agreements.documents.blocks import Text
from repact.server.agreements.documents.contents import Language
from repact.server.agreements.errors import AgreementError

STANDARDS: list[Literal["a-3a", "ua-1"]] = ["a-3a", "ua-1"]  # an archive, and readable aloud
_MARKS = {"kind", "code", "align", "tone", "language"}  # for the template, not for the reader
_here = threading.local()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A JSON file that travels inside the PDF; `relationship` is its AFRelationship."""

    name: str
    data: str
    relationship: Literal["source", "data", "supplement"]
    description: str


def typeset(
    texts: Sequence[Text],
    /,
    *,
    reference: str,
    author: str,
    on: date,
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """One document as PDF, its languages beside each other, dated `on`.

    Raises AgreementError `agreements.cannot_be_written` for a character no font of ours has.
    """
    languages: list[Language] = ["en" if text.language == "en" else "zh-hans" for text in texts]
    data = {
        **_merged(list(texts)),
        "langs": ["en" if language == "en" else "zh" for language in languages],
        "words": {"flag": _merged([wording.catalogue(name)["flag"] for name in languages])},
        "reference": reference,
        "author": author,
        "attachments": [
            {"name": a.name, "relationship": a.relationship, "description": a.description}
            for a in attachments
        ],
    }
    inputs = {a.name: a.data for a in attachments}
    inputs["data"] = json.dumps(data, ensure_ascii=False)
    day = datetime(on.year, on.month, on.day, tzinfo=UTC)
    try:
        made = _compiler().compile(
            _template(),
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=[*STANDARDS],
            timestamp=int(day.timestamp()),
        )
    except typst.TypstError as error:  # a character no font of ours has
        raise AgreementError("agreements.cannot_be_written") from error
    return bytes(made)  # type: ignore[arg-type]


def _compiler() -> typst.Compiler:
    """One warm compiler for each thread: reading the fonts costs more than setting a page."""
    compiler: typst.Compiler | None = getattr(_here, "compiler", None)
    if compiler is None:
        compiler = _here.compiler = typst.Compiler(
            font_paths=[str(pylopdf_fonts_zh_cn.sans_path().parent)],
            ignore_system_fonts=True,
        )
    return compiler


@functools.cache
def _template() -> bytes:
    return (resources.files(__package__) / "document.typ").read_bytes()


def _merged(parts: list[Any]) -> Any:
    """The same document in several languages as one: every text becomes a list of its languages,
    of one entry where they all say the same."""
    first = parts[0]
    if isinstance(first, str):
        return [first] if all(part == first for part in parts) else parts
    if is_dataclass(first):
        return {
            field.name: getattr(first, field.name)
            if field.name in _MARKS
            else _merged([getattr(part, field.name) for part in parts])
            for field in fields(first)
        }
    if isinstance(first, list | tuple):
        return [_merged(list(items)) for items in zip(*parts, strict=True)]
    return first
