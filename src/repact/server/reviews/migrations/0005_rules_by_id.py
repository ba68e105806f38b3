from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0004_walls_of_refusals")]

    operations = [
        migrations.RemoveConstraint(model_name="refusal", name="reviews_refusal_says_why"),
        migrations.AlterField(
            model_name="refusal", name="rule", field=models.CharField(max_length=40)
        ),
        migrations.AddConstraint(
            model_name="refusal",
            constraint=models.CheckConstraint(
                name="reviews_refusal_says_why",
                condition=models.Q(
                    change__in=["evidence", "amount", "date", "person", "none"],
                    rule__in=[
                        "debt_in_dispute",
                        "evidence_missing",
                        "identity_unclear",
                        "plan_just_broken",
                        "can_pay_as_agreed",
                        "policy.product_not_covered",
                        "policy.nothing_in_bucket",
                        "policy.reason_not_covered",
                        "policy.owed_too_small",
                        "policy.owed_too_large",
                        "policy.not_in_arrears",
                        "policy.legal_stage",
                        "policy.plans_per_year",
                        "policy.plans_running",
                        "policy.minor",
                        "policy.no_plan_fits",
                        "outside_policy",
                    ],
                ),
            ),
        ),
    ]
