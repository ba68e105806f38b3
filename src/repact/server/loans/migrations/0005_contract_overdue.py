from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("loans", "0004_walls_around_arrears")]

    operations = [
        migrations.AddField(
            model_name="loan",
            name="contract_overdue_minor",
            field=models.BigIntegerField(null=True),
        ),
    ]
