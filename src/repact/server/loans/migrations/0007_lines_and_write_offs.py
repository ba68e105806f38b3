from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("loans", "0006_secured")]

    operations = [
        migrations.AddField(
            model_name="loan",
            name="is_line",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="loan",
            name="written_off_on",
            field=models.DateField(null=True),
        ),
    ]
