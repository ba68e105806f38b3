import django.db.models.deletion
import repact.server.clock.ports
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('lenders', '0001_initial'),
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.UUIDField(default=repact.server.clock.ports.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=40)),
                ('params', models.JSONField()),
                ('source', models.CharField(max_length=120)),
                ('created_at', models.DateTimeField()),
                ('borrower', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.borrower')),
                ('lender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lenders.lender')),
            ],
            options={
                'db_table': 'notices_notice',
                'indexes': [models.Index(fields=['borrower', '-created_at'], name='notices_of_borrower')],
                'constraints': [models.UniqueConstraint(fields=('lender', 'source'), name='notices_notice_once')],
            },
        ),
    ]
