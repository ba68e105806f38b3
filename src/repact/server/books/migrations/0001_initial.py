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
            name='Entry',
            fields=[
                ('id', models.UUIDField(default=repact.server.clock.ports.new_id, editable=False, primary_key=True, serialize=False)),
                ('source', models.CharField(max_length=120)),
                ('template', models.CharField(max_length=60)),
                ('happened_on', models.DateField()),
                ('recorded_at', models.DateTimeField()),
                ('currency', models.CharField(max_length=3)),
                ('agreement_id', models.UUIDField(null=True)),
                ('line_count', models.PositiveSmallIntegerField()),
                ('digest', models.BinaryField(max_length=32)),
                ('lender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lenders.lender')),
            ],
            options={
                'db_table': 'books_entry',
            },
        ),
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('id', models.UUIDField(default=repact.server.clock.ports.new_id, editable=False, primary_key=True, serialize=False)),
                ('account', models.CharField(max_length=8)),
                ('amount_minor', models.BigIntegerField()),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='books.entry')),
                ('lender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lenders.lender')),
            ],
            options={
                'db_table': 'books_posting',
            },
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['agreement_id'], name='books_entry_by_agreement'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(fields=('lender', 'source'), name='books_entry_source'),
        ),
        migrations.AddIndex(
            model_name='posting',
            index=models.Index(fields=['lender', 'account'], name='books_posting_by_account'),
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor', 0), _negated=True), name='books_posting_not_zero'),
        ),
    ]
