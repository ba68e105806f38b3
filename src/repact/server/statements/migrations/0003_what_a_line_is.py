from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("lenders", "0002_walls"),
        ("statements", "0002_walls"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="line",
            name="statements_line_state",
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ("posted", "suspense", "outgoing", "look", "charge", "settled", "sold"),
                    ),
                    models.Q(("amount_minor", 0), _negated=True),
                ),
                name="statements_line_state",
            ),
        ),
    ]
