"""Everything `repact schedule` prints, as one JSON object."""

from __future__ import annotations

from typing import Any

from repact.plans.certificate import certify, row_as_json
from repact.plans.disclosure import disclose
from repact.plans.document import Document
from repact.plans.schedule import build


def as_json(document: Document, /) -> dict[str, Any]:
    """Rows, totals, disclosure and certificate of a plan document."""
    position, terms = document.position, document.terms
    schedule = build(position, terms)
    return {
        "rows": [row_as_json(row) for row in schedule.rows],
        "totals": schedule.totals._asdict(),
        "disclosure": disclose(position, terms, schedule)._asdict(),
        "certificate": certify(position, terms, schedule),
    }
