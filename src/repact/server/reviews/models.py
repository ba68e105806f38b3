"""A person's look at a case."""

from __future__ import annotations

from django.db import models

from repact.server.cases.models import Case
from repact.server.people.models import Staff
from repact.server.tenancy.models import LenderRow


class Review(LenderRow):
    """Who looked, from when to when."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="+")
    agent = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "reviews_review"
