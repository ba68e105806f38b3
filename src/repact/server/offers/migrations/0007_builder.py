from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("offers", "0006_lapsed"),
    ]

    operations = [
        migrations.AddField(
            model_name="offerset",
            name="builder",
            field=models.JSONField(null=True),
        ),
    ]
