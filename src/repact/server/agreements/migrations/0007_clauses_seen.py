from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("agreements", "0006_signers_of_old_agreements")]

    operations = [
        migrations.AddField(
            model_name="reading",
            name="seen",
            field=models.JSONField(default=list),
        ),
    ]
