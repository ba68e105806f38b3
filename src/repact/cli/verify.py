"""`repact verify`: is this certificate what its terms make?"""

from __future__ import annotations

from typing import Annotated

import typer

from repact.cli import printing, reading
from repact.plans.certificate import verify_result
from repact.plans.document import read_json


def verify(
    file: Annotated[
        str,
        typer.Argument(
            help="A certificate, or what repact schedule printed; - for standard input."
        ),
    ],
) -> None:
    """Recompute a certificate; anything that is not as stated is refused, and named."""
    result = read_json(reading.whole(file))
    schedule = verify_result(result)
    certificate = result.get("certificate", result)
    printing.json_object(
        {
            "verified": True,
            "schedule_sha256": certificate["schedule_sha256"],
            "rows": len(schedule.rows),
            "payment_minor": schedule.totals.payment_minor,
        }
    )
