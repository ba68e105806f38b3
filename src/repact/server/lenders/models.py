"""The lender and what it lends."""

from __future__ import annotations

from django.db import models

from repact.server.clock import ports
from repact.server.tenancy.models import LenderRow


class Lender(models.Model):
    """One tenant. `zone` is where its contracts count days; `is_demo` labels invented data."""

    id = models.UUIDField(primary_key=True, default=ports.new_id, editable=False)
    slug = models.SlugField(unique=True)
    host = models.CharField(max_length=200, unique=True, null=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    address_zh = models.CharField(max_length=200)
    address_en = models.CharField(max_length=200)
    jurisdiction = models.CharField(max_length=8, default="cn")
    zone = models.CharField(max_length=64, default="Asia/Shanghai")
    currency = models.CharField(max_length=3, default="CNY")
    complaint_phone = models.CharField(max_length=40)
    help_phone = models.CharField(max_length=40, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        db_table = "lenders_lender"


class Product(LenderRow):
    """What a loan is an instance of. `keeper` names whose books are the record."""

    code = models.SlugField()
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    keeper = models.CharField(max_length=8, choices=[("repact", "repact"), ("core", "core")])

    class Meta:
        db_table = "lenders_product"
        constraints = [
            models.UniqueConstraint(fields=["lender", "code"], name="lenders_product_code")
        ]
