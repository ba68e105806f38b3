from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from repact.server.clock import ports
from repact.server.tenancy import walls

# Refunds made before had the currency of their agreement's plan; history is not rewritten, except
# for a column that is new.
CURRENCY = """
ALTER TABLE repayments_refund DISABLE TRIGGER append_only;
ALTER TABLE repayments_refund NO FORCE ROW LEVEL SECURITY;
ALTER TABLE repayments_plan NO FORCE ROW LEVEL SECURITY;
UPDATE repayments_refund r SET currency = p.currency
    FROM repayments_plan p WHERE p.agreement_id = r.agreement_id;
ALTER TABLE repayments_plan FORCE ROW LEVEL SECURITY;
ALTER TABLE repayments_refund FORCE ROW LEVEL SECURITY;
ALTER TABLE repayments_refund ENABLE TRIGGER append_only;
"""


def _cash_account() -> models.CharField:  # type: ignore[type-arg]
    return models.CharField(db_default="1001", default="1001", max_length=8)


class Migration(migrations.Migration):
    dependencies = [("repayments", "0005_what_a_period_earns")]

    operations = [
        migrations.AddField(model_name="payment", name="cash_account", field=_cash_account()),
        migrations.AddField(model_name="suspense", name="cash_account", field=_cash_account()),
        migrations.AddField(model_name="refund", name="cash_account", field=_cash_account()),
        migrations.AddField(
            model_name="refund",
            name="currency",
            field=models.CharField(db_default="CNY", default="CNY", max_length=3),
        ),
        migrations.AddField(
            model_name="refund",
            name="payment",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refunds",
                to="repayments.payment",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="suspense",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refund",
                to="repayments.suspense",
            ),
        ),
        migrations.AlterField(
            model_name="refund",
            name="agreement",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refunds",
                to="agreements.agreement",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("agreement__isnull", False), ("suspense__isnull", True)),
                    models.Q(
                        ("agreement__isnull", True),
                        ("payment__isnull", True),
                        ("suspense__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="repayments_refund_of_one_thing",
            ),
        ),
        migrations.CreateModel(
            name="RefundAnswer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=ports.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("status", models.CharField(max_length=8)),
                ("reason", models.CharField(blank=True, max_length=60)),
                ("answered_at", models.DateTimeField()),
                (
                    "lender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="lenders.lender",
                    ),
                ),
                (
                    "refund",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answer",
                        to="repayments.refund",
                    ),
                ),
            ],
            options={"db_table": "repayments_refund_answer"},
        ),
        migrations.AddConstraint(
            model_name="refundanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", ""), ("status", "paid")),
                    models.Q(("status", "refused"), models.Q(("reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="repayments_refund_answers",
            ),
        ),
        *walls.tenant("repayments_refund_answer"),
        *walls.append_only("repayments_refund_answer"),
        migrations.RunSQL(CURRENCY, migrations.RunSQL.noop),
    ]
