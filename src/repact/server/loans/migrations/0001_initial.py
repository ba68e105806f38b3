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
            name='Loan',
            fields=[
                ('id', models.UUIDField(default=repact.server.clock.ports.new_id, editable=False, primary_key=True, serialize=False)),
                ('legal_creditor', models.CharField(max_length=120)),
                ('ref', models.CharField(max_length=64)),
                ('currency', models.CharField(max_length=3)),
                ('disbursed_date', models.DateField()),
                ('disbursed_minor', models.BigIntegerField()),
                ('annual_rate_ppm', models.IntegerField()),
                ('penalty_rate_ppm', models.IntegerField()),
                ('day_count', models.CharField(max_length=10)),
                ('as_of', models.DateField()),
                ('principal_minor', models.BigIntegerField()),
                ('overdue_principal_minor', models.BigIntegerField()),
                ('interest_minor', models.BigIntegerField()),
                ('penalty_minor', models.BigIntegerField()),
                ('fees_minor', models.BigIntegerField()),
                ('oldest_unpaid_due_date', models.DateField(null=True)),
                ('remaining', models.JSONField()),
                ('state', models.CharField(default='open', max_length=8)),
                ('source_sha256', models.BinaryField(max_length=32)),
                ('borrower', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='loans', to='people.borrower')),
                ('lender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lenders.lender')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lenders.product')),
            ],
            options={
                'db_table': 'loans_loan',
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.UUIDField(default=repact.server.clock.ports.new_id, editable=False, primary_key=True, serialize=False)),
                ('case_id', models.UUIDField(db_index=True)),
                ('state', models.CharField(default='requested', max_length=12)),
                ('requested_at', models.DateTimeField()),
                ('acknowledged_at', models.DateTimeField(null=True)),
                ('released_at', models.DateTimeField(null=True)),
                ('lender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lenders.lender')),
                ('loan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='loans.loan')),
            ],
            options={
                'db_table': 'loans_hold',
            },
        ),
        migrations.AddConstraint(
            model_name='loan',
            constraint=models.UniqueConstraint(fields=('lender', 'ref'), name='loans_loan_ref'),
        ),
        migrations.AddConstraint(
            model_name='loan',
            constraint=models.CheckConstraint(condition=models.Q(('disbursed_minor__gte', 0), ('fees_minor__gte', 0), ('interest_minor__gte', 0), ('overdue_principal_minor__gte', 0), ('penalty_minor__gte', 0), ('principal_minor__gte', 0), ('overdue_principal_minor__lte', models.F('principal_minor'))), name='loans_loan_amounts'),
        ),
        migrations.AddConstraint(
            model_name='loan',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'in_plan', 'closed'])), name='loans_loan_state'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.UniqueConstraint(condition=models.Q(('released_at', None)), fields=('loan',), name='loans_hold_one_live'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('acknowledged_at__isnull', True), ('released_at__isnull', True), ('state', 'requested')), models.Q(('acknowledged_at__isnull', False), ('released_at__isnull', True), ('state', 'acknowledged')), models.Q(('released_at__isnull', False), ('state', 'released')), _connector='OR'), name='loans_hold_states'),
        ),
    ]
