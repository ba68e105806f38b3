"""Which days have been lived."""

from __future__ import annotations

from django.db import models

from repact.server.tenancy.models import LenderRow


class LivedDay(LenderRow):
    """One business day whose work is done; the next one is the day after the last."""

    day = models.DateField()
    lived_at = models.DateTimeField()

    class Meta:
        db_table = "jobs_lived_day"
        constraints = [models.UniqueConstraint(fields=["lender", "day"], name="jobs_lived_once")]
