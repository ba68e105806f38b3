"""The base of every row."""

from __future__ import annotations

from django.db import models

from repact.server.clock import ports


class LenderRow(models.Model):
    """A row with an id nobody can guess and the lender it belongs to."""

    id = models.UUIDField(primary_key=True, default=ports.new_id, editable=False)
    lender = models.ForeignKey("lenders.Lender", on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True
