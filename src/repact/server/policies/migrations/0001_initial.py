import django.db.models.deletion
import repact.server.clock.ports
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('lenders', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PolicyVersion',
            fields=[
                ('id', models.UUIDField(default=repact.server.clock.ports.new_id, editable=False, primary_key=True, serialize=False)),
                ('code', models.SlugField()),
                ('text', models.TextField()),
                ('sha256', models.CharField(max_length=64)),
                ('effective_from', models.DateField()),
                ('published_at', models.DateTimeField()),
                ('published_by', models.UUIDField(null=True)),
                ('lender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lenders.lender')),
            ],
            options={
                'db_table': 'policies_version',
                'constraints': [models.UniqueConstraint(fields=('lender', 'sha256'), name='policies_version_once')],
            },
        ),
    ]
