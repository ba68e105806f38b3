from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from repact.server.clock import ports
from repact.server.tenancy import walls

SOURCE_ONCE = """
CREATE OR REPLACE FUNCTION repayments_source_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE taken boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.lender_id::text || NEW.source, 0));
    SELECT EXISTS (SELECT FROM repayments_suspense
            WHERE TG_TABLE_NAME <> 'repayments_suspense'
                AND lender_id = NEW.lender_id AND source = NEW.source)
        OR EXISTS (SELECT FROM repayments_payment
            WHERE TG_TABLE_NAME <> 'repayments_payment'
                AND lender_id = NEW.lender_id AND source = NEW.source)
        OR EXISTS (SELECT FROM repayments_contract_payment
            WHERE TG_TABLE_NAME <> 'repayments_contract_payment'
                AND lender_id = NEW.lender_id AND source = NEW.source)
        INTO taken;
    IF taken THEN
        RAISE EXCEPTION 'repact: source % was received already', NEW.source
            USING ERRCODE = 'unique_violation';
    END IF;
    RETURN NEW;
END $$;
"""
TRIGGER = """
CREATE TRIGGER source_once BEFORE INSERT ON repayments_contract_payment
    FOR EACH ROW EXECUTE FUNCTION repayments_source_once('');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tenancy", "0001_initial"),
        ("agreements", "0009_resumed"),
        ("lenders", "0002_walls"),
        ("loans", "0007_lines_and_write_offs"),
        ("repayments", "0008_read_and_write_at_once"),
    ]

    operations = [
        migrations.CreateModel(
            name="ContractPayment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=ports.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("source", models.CharField(max_length=120)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("value_date", models.DateField()),
                ("received_at", models.DateTimeField()),
                ("allocation", models.JSONField()),
                ("is_recovery", models.BooleanField()),
                ("payer_account", models.CharField(blank=True, max_length=64)),
                ("cash_account", models.CharField(max_length=8)),
            ],
            options={
                "db_table": "repayments_contract_payment",
            },
        ),
        migrations.CreateModel(
            name="Disposal",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=ports.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=10)),
                ("reference", models.CharField(max_length=24)),
                ("buyer", models.CharField(blank=True, max_length=120)),
                ("price_minor", models.BigIntegerField(null=True)),
                ("reason", models.CharField(max_length=500)),
                ("state", models.CharField(default="asked", max_length=8)),
                ("asked_by", models.UUIDField()),
                ("asked_at", models.DateTimeField()),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("done_date", models.DateField(null=True)),
            ],
            options={
                "db_table": "repayments_disposal",
            },
        ),
        migrations.RemoveConstraint(
            model_name="suspense",
            name="repayments_suspense_states",
        ),
        migrations.AddField(
            model_name="contractpayment",
            name="lender",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lenders.lender"
            ),
        ),
        migrations.AddField(
            model_name="contractpayment",
            name="loan",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="loans.loan"
            ),
        ),
        migrations.AddField(
            model_name="suspense",
            name="contract_payment",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="suspense",
                to="repayments.contractpayment",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspense",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("contract_payment__isnull", True),
                        ("payment__isnull", True),
                        ("state", "open"),
                        ("worked_at__isnull", True),
                    ),
                    models.Q(
                        ("contract_payment__isnull", True),
                        ("payment__isnull", False),
                        ("state", "assigned"),
                        ("worked_at__isnull", False),
                    ),
                    models.Q(
                        ("contract_payment__isnull", False),
                        ("payment__isnull", True),
                        ("state", "assigned"),
                        ("worked_at__isnull", False),
                    ),
                    models.Q(
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
        migrations.AddField(
            model_name="disposal",
            name="agreement",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="disposals",
                to="agreements.agreement",
            ),
        ),
        migrations.AddField(
            model_name="disposal",
            name="lender",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lenders.lender"
            ),
        ),
        migrations.AddField(
            model_name="disposal",
            name="loan",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="loans.loan",
            ),
        ),
        migrations.AddConstraint(
            model_name="contractpayment",
            constraint=models.UniqueConstraint(
                fields=("lender", "source"), name="repayments_contract_payment_source"
            ),
        ),
        migrations.AddConstraint(
            model_name="contractpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)),
                name="repayments_contract_payment_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="disposal",
            constraint=models.UniqueConstraint(
                fields=("lender", "reference"), name="repayments_disposal_reference"
            ),
        ),
        migrations.AddConstraint(
            model_name="disposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["asked", "approved"])),
                fields=("agreement",),
                name="repayments_disposal_one_of_plan",
            ),
        ),
        migrations.AddConstraint(
            model_name="disposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["asked", "approved"])),
                fields=("loan",),
                name="repayments_disposal_one_of_loan",
            ),
        ),
        migrations.AddConstraint(
            model_name="disposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("buyer", ""),
                        ("kind", "write_off"),
                        ("price_minor__isnull", True),
                        models.Q(
                            models.Q(("agreement__isnull", False), ("loan__isnull", True)),
                            models.Q(("agreement__isnull", True), ("loan__isnull", False)),
                            _connector="OR",
                        ),
                    ),
                    models.Q(
                        ("agreement__isnull", True),
                        ("kind", "sale"),
                        ("loan__isnull", False),
                        ("price_minor__gt", 0),
                        models.Q(("buyer", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="repayments_disposal_of_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="disposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True),
                        ("decided_by__isnull", True),
                        ("done_date__isnull", True),
                        ("state", "asked"),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("done_date__isnull", True),
                        ("state__in", ["refused", "approved"]),
                        models.Q(("decided_by", models.F("asked_by")), _negated=True),
                        ("decided_by__isnull", False),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("done_date__isnull", False),
                        ("state", "done"),
                        models.Q(("decided_by", models.F("asked_by")), _negated=True),
                        ("decided_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="repayments_disposal_four_eyes",
            ),
        ),
        *walls.tenant("repayments_contract_payment", "repayments_disposal"),
        *walls.append_only("repayments_contract_payment"),
        migrations.RunSQL(SOURCE_ONCE, migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER source_once ON repayments_contract_payment"),
    ]
