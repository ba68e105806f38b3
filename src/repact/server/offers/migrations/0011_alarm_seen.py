from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("offers", "0010_walls_of_keys")]

    operations = [
        migrations.AddField(
            model_name="alarm", name="seen_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddConstraint(
            model_name="alarm",
            constraint=models.CheckConstraint(
                condition=models.Q(("seen_at__isnull", True), ("seen_by__isnull", True))
                | models.Q(("seen_at__isnull", False), ("seen_by__isnull", False)),
                name="offers_alarm_seen",
            ),
        ),
    ]
