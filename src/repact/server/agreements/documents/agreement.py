"""Rendering the agreement: one text, from its contents alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

import rfc8785

from repact.server.agreements.documents import cost_sheet, wording
from repact.server.agreements.documents.composing import compose
from repact.server.agreements.documents.contents import Contents
from repact.server.agreements.documents.typesetting import Attachment, typeset

ATTACHMENT = "agreement.json"
COST_SHEET = "cost-sheet.json"


def render(contents: Contents, /, *, stored: Mapping[str, Any] | None = None) -> bytes:
    """The agreement as PDF/A-3a: its contents travel inside as `agreement.json`, certificates and
    hashes included, and the cost sheet that was confirmed as `cost-sheet.json`.

    `stored` is what was kept and hashed, where that is of an older version than `contents`, which
    were read from it: a draft is signed over the very contents it was drafted with. Raises
    AgreementError `agreements.cannot_be_written` for a character no font of ours has.
    """
    language = contents.languages[0]
    words = wording.catalogue(language)
    kept = rfc8785.dumps(stored or contents.model_dump(mode="json")).decode()
    sheet = cost_sheet.cost_sheet(contents, language)
    return typeset(
        [compose(contents, name) for name in contents.languages],
        reference=contents.reference,
        author=wording.lender(contents, language),
        on=date.fromisoformat(contents.agreement_date),
        attachments=[
            Attachment(ATTACHMENT, kept, "source", words["attachment"]),
            Attachment(
                COST_SHEET, json.dumps(asdict(sheet), ensure_ascii=False), "data", words["costs"]
            ),
        ],
    )
