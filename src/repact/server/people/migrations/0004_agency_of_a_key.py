from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_person_behind_an_account"),
    ]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="agency",
            field=models.CharField(blank=True, default="", max_length=50),
        ),
    ]
