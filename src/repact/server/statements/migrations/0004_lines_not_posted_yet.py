from __future__ import annotations

from django.db import migrations, models

STATES = ("unposted", "posted", "suspense", "outgoing", "look", "charge", "settled", "sold")


class Migration(migrations.Migration):
    dependencies = [
        ("lenders", "0002_walls"),
        ("statements", "0003_what_a_line_is"),
    ]

    operations = [
        migrations.AddField(
            model_name="line",
            name="number",
            field=models.PositiveIntegerField(default=0, db_default=0),
        ),
        migrations.AddField(
            model_name="line",
            name="payer_index",
            field=models.CharField(blank=True, max_length=64, default="", db_default=""),
        ),
        migrations.RemoveConstraint(model_name="line", name="statements_line_state"),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", STATES), models.Q(("amount_minor", 0), _negated=True)
                ),
                name="statements_line_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount_minor__gt", 0), ("state", "unposted")),
                    models.Q(models.Q(("state", "unposted"), _negated=True), ("payer_index", "")),
                    _connector="OR",
                ),
                name="statements_line_unposted",
            ),
        ),
    ]
