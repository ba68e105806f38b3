from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("repayments", "0006_money_back"),
    ]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="rests",
            field=models.JSONField(default=list),
        ),
    ]
