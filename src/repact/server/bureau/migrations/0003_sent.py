from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bureau", "0002_walls")]

    operations = [
        migrations.AddField(
            model_name="report", name="sent_at", field=models.DateTimeField(null=True)
        )
    ]
