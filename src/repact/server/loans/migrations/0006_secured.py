from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("loans", "0005_contract_overdue")]

    operations = [
        migrations.AddField(
            model_name="loan",
            name="is_secured",
            field=models.BooleanField(default=False),
        ),
    ]
