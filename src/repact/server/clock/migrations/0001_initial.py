import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('lenders', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='DemoClock',
            fields=[
                ('lender', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='lenders.lender')),
                ('days_ahead', models.PositiveIntegerField(default=0)),
            ],
            options={
                'db_table': 'clock_demo_clock',
            },
        ),
    ]
