from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("loans", "0007_lines_and_write_offs")]

    operations = [
        migrations.RemoveConstraint(model_name="hold", name="loans_hold_never_ends_silently"),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("released_at__isnull", True),
                    ("released_because__in", ["withdrawn", "plan", "paid"]),
                    models.Q(
                        ("end_told_at__isnull", False),
                        ("end_told_at__lt", models.F("released_at")),
                    ),
                    _connector="OR",
                ),
                name="loans_hold_never_ends_silently",
            ),
        ),
    ]
