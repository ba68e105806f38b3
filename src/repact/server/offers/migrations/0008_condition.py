from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("offers", "0007_builder"),
    ]

    operations = [
        migrations.AddField(
            model_name="offer",
            name="condition",
            field=models.JSONField(null=True),
        ),
    ]
