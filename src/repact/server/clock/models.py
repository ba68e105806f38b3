"""How far the demo's clock has been moved."""

from __future__ import annotations

from django.db import models


class DemoClock(models.Model):
    """Whole days by which a demo lender's business time is ahead of real time."""

    lender = models.OneToOneField(
        "lenders.Lender", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    days_ahead = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "clock_demo_clock"
