from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from repact.server.clock import ports
from repact.server.tenancy import walls


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0009_resumed"),
        ("lenders", "0002_walls"),
        ("loans", "0007_lines_and_write_offs"),
        ("people", "0004_agency_of_a_key"),
        ("tenancy", "0001_initial"),
        ("repayments", "0009_money_without_a_plan"),
    ]

    operations = [
        migrations.CreateModel(
            name="ContractReversal",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=ports.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("reason", models.CharField(max_length=40)),
                ("on_date", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
            ],
            options={
                "db_table": "repayments_contract_reversal",
            },
        ),
        migrations.CreateModel(
            name="OwedBeside",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=ports.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("source", models.CharField(max_length=120)),
                ("amount_minor", models.BigIntegerField()),
                ("paid_minor", models.BigIntegerField(default=0)),
                ("currency", models.CharField(max_length=3)),
                ("noted_on", models.DateField()),
                ("noted_at", models.DateTimeField()),
                ("state", models.CharField(default="open", max_length=8)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("asked_by", models.UUIDField(null=True)),
                ("asked_at", models.DateTimeField(null=True)),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "repayments_owed_beside",
            },
        ),
        migrations.RemoveConstraint(
            model_name="suspense",
            name="repayments_suspense_states",
        ),
        migrations.AddField(
            model_name="contractpayment",
            name="after",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="contractpayment",
            name="before",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="contractreversal",
            name="lender",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lenders.lender"
            ),
        ),
        migrations.AddField(
            model_name="contractreversal",
            name="payment",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reversal",
                to="repayments.contractpayment",
            ),
        ),
        migrations.AddField(
            model_name="owedbeside",
            name="agreement",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agreements.agreement",
            ),
        ),
        migrations.AddField(
            model_name="owedbeside",
            name="borrower",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.borrower",
            ),
        ),
        migrations.AddField(
            model_name="owedbeside",
            name="lender",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lenders.lender"
            ),
        ),
        migrations.AddField(
            model_name="owedbeside",
            name="loan",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="loans.loan",
            ),
        ),
        migrations.AddField(
            model_name="suspense",
            name="beside",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="suspense",
                to="repayments.owedbeside",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspense",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("beside__isnull", True),
                        ("contract_payment__isnull", True),
                        ("payment__isnull", True),
                        ("state", "open"),
                        ("worked_at__isnull", True),
                    ),
                    models.Q(
                        ("beside__isnull", True),
                        ("contract_payment__isnull", True),
                        ("payment__isnull", False),
                        ("state", "assigned"),
                        ("worked_at__isnull", False),
                    ),
                    models.Q(
                        ("beside__isnull", True),
                        ("contract_payment__isnull", False),
                        ("payment__isnull", True),
                        ("state", "assigned"),
                        ("worked_at__isnull", False),
                    ),
                    models.Q(
                        ("beside__isnull", False),
                        ("contract_payment__isnull", True),
                        ("payment__isnull", True),
                        ("state", "assigned"),
                        ("worked_at__isnull", False),
                    ),
                    models.Q(
                        ("beside__isnull", True),
                        ("contract_payment__isnull", True),
                        ("payment__isnull", True),
                        ("state__in", ["returned", "settled"]),
                        ("worked_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="repayments_suspense_states",
            ),
        ),
        migrations.AddConstraint(
            model_name="contractreversal",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)),
                name="repayments_contract_reversal_amount",
            ),
        ),
        migrations.AddIndex(
            model_name="owedbeside",
            index=models.Index(
                condition=models.Q(("state__in", ["open", "asked"])),
                fields=["lender", "noted_on"],
                name="repayments_owed_beside_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="owedbeside",
            constraint=models.UniqueConstraint(
                fields=("lender", "source"), name="repayments_owed_beside_source"
            ),
        ),
        migrations.AddConstraint(
            model_name="owedbeside",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_minor__gt", 0),
                    ("paid_minor__gte", 0),
                    ("paid_minor__lte", models.F("amount_minor")),
                ),
                name="repayments_owed_beside_amounts",
            ),
        ),
        migrations.AddConstraint(
            model_name="owedbeside",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("asked_by__isnull", True),
                        ("decided_by__isnull", True),
                        ("paid_minor__lt", models.F("amount_minor")),
                        ("state", "open"),
                    ),
                    models.Q(("paid_minor", models.F("amount_minor")), ("state", "paid")),
                    models.Q(
                        ("asked_at__isnull", False),
                        ("asked_by__isnull", False),
                        ("decided_by__isnull", True),
                        ("state", "asked"),
                    ),
                    models.Q(
                        ("asked_by__isnull", False),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("state", "given_up"),
                        models.Q(("decided_by", models.F("asked_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="repayments_owed_beside_states",
            ),
        ),
        *walls.tenant("repayments_contract_reversal", "repayments_owed_beside"),
        *walls.append_only("repayments_contract_reversal"),
    ]
