"""The lender's policy versions, as published: never changed, only followed by another."""

from __future__ import annotations

from django.db import models

from repact.server.tenancy.models import LenderRow


class PolicyVersion(LenderRow):
    """One published policy; `text` is the YAML it was published as."""

    code = models.SlugField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    effective_from = models.DateField()
    published_at = models.DateTimeField()
    published_by = models.UUIDField(null=True)

    class Meta:
        db_table = "policies_version"
        constraints = [
            models.UniqueConstraint(fields=["lender", "sha256"], name="policies_version_once")
        ]
