from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from repact.server.clock import ports
from repact.server.tenancy import walls


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0004_walls_around_arrears"),
        ("lenders", "0002_walls"),
        ("loans", "0007_lines_and_write_offs"),
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="DroppedLoan",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=ports.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("dropped_at", models.DateTimeField()),
                ("returned_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "lender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="lenders.lender",
                    ),
                ),
                (
                    "loan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="loans.loan",
                    ),
                ),
            ],
            options={
                "db_table": "cases_dropped_loan",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("returned_at", None)),
                        fields=("case", "loan"),
                        name="cases_dropped_loan_once",
                    )
                ],
            },
        ),
        *walls.tenant("cases_dropped_loan"),
    ]
