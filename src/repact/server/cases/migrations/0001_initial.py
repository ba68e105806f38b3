import django.db.models.deletion
import repact.server.clock.ports
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('lenders', '0001_initial'),
        ('loans', '0001_initial'),
        ('people', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.UUIDField(default=repact.server.clock.ports.new_id, editable=False, primary_key=True, serialize=False)),
                ('reference', models.CharField(max_length=20)),
                ('state', models.CharField(default='draft', max_length=12)),
                ('answers', models.JSONField(default=dict)),
                ('language', models.CharField(max_length=8)),
                ('created_at', models.DateTimeField()),
                ('submitted_at', models.DateTimeField(null=True)),
                ('reply_due_at', models.DateTimeField(null=True)),
                ('assigned_to', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('borrower', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.borrower')),
                ('lender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lenders.lender')),
            ],
            options={
                'db_table': 'cases_case',
            },
        ),
        migrations.CreateModel(
            name='CaseLoan',
            fields=[
                ('id', models.UUIDField(default=repact.server.clock.ports.new_id, editable=False, primary_key=True, serialize=False)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cases.case')),
                ('lender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lenders.lender')),
                ('loan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='loans.loan')),
            ],
            options={
                'db_table': 'cases_case_loan',
            },
        ),
        migrations.AddField(
            model_name='case',
            name='loans',
            field=models.ManyToManyField(related_name='+', through='cases.CaseLoan', to='loans.loan'),
        ),
        migrations.CreateModel(
            name='CaseCounter',
            fields=[
                ('id', models.UUIDField(default=repact.server.clock.ports.new_id, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('last', models.PositiveIntegerField(default=0)),
                ('lender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lenders.lender')),
            ],
            options={
                'db_table': 'cases_counter',
                'constraints': [models.UniqueConstraint(fields=('lender', 'day'), name='cases_counter_day')],
            },
        ),
        migrations.AddConstraint(
            model_name='caseloan',
            constraint=models.UniqueConstraint(fields=('case', 'loan'), name='cases_case_loan_once'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['lender', 'state', 'reply_due_at'], name='cases_queue'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.UniqueConstraint(fields=('lender', 'reference'), name='cases_case_reference'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('draft', 'submitted', 'in_review', 'offered', 'agreed'))), fields=('borrower',), name='cases_case_one_open'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['draft', 'withdrawn']), ('submitted_at__isnull', True)), models.Q(('reply_due_at__isnull', False), ('submitted_at__isnull', False)), _connector='OR'), name='cases_case_submitted'),
        ),
    ]
