import django.db.models.deletion
import repact.server.clock.ports
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('agreements', '0001_initial'),
        ('lenders', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='DueItem',
            fields=[
                ('id', models.UUIDField(default=repact.server.clock.ports.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField()),
                ('due_date', models.DateField()),
                ('principal_minor', models.BigIntegerField()),
                ('interest_minor', models.BigIntegerField()),
                ('penalty_minor', models.BigIntegerField()),
                ('fees_minor', models.BigIntegerField()),
                ('paid_principal_minor', models.BigIntegerField(default=0)),
                ('paid_interest_minor', models.BigIntegerField(default=0)),
                ('paid_penalty_minor', models.BigIntegerField(default=0)),
                ('paid_fees_minor', models.BigIntegerField(default=0)),
                ('paid_late_minor', models.BigIntegerField(default=0)),
                ('state', models.CharField(default='due', max_length=8)),
                ('next_action_date', models.DateField(null=True)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='due_items', to='agreements.agreement')),
                ('lender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lenders.lender')),
            ],
            options={
                'db_table': 'repayments_due_item',
            },
        ),
        migrations.CreateModel(
            name='Collection',
            fields=[
                ('id', models.UUIDField(default=repact.server.clock.ports.new_id, editable=False, primary_key=True, serialize=False)),
                ('amount_minor', models.BigIntegerField()),
                ('state', models.CharField(default='requested', max_length=10)),
                ('reason', models.CharField(blank=True, max_length=40)),
                ('requested_on', models.DateField()),
                ('requested_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(null=True)),
                ('lender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lenders.lender')),
                ('due_item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='collections', to='repayments.dueitem')),
            ],
            options={
                'db_table': 'repayments_collection',
            },
        ),
        migrations.CreateModel(
            name='Payment',
            fields=[
                ('id', models.UUIDField(default=repact.server.clock.ports.new_id, editable=False, primary_key=True, serialize=False)),
                ('source', models.CharField(max_length=120)),
                ('amount_minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('value_date', models.DateField()),
                ('received_at', models.DateTimeField()),
                ('allocation', models.JSONField()),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='agreements.agreement')),
                ('lender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lenders.lender')),
            ],
            options={
                'db_table': 'repayments_payment',
            },
        ),
        migrations.AddIndex(
            model_name='dueitem',
            index=models.Index(condition=models.Q(('next_action_date__isnull', False)), fields=['lender', 'next_action_date'], name='repayments_due_next'),
        ),
        migrations.AddConstraint(
            model_name='dueitem',
            constraint=models.UniqueConstraint(fields=('agreement', 'number'), name='repayments_due_number'),
        ),
        migrations.AddConstraint(
            model_name='dueitem',
            constraint=models.CheckConstraint(condition=models.Q(('paid_fees_minor__gte', 0), ('paid_fees_minor__lte', models.F('fees_minor')), ('paid_interest_minor__gte', 0), ('paid_interest_minor__lte', models.F('interest_minor')), ('paid_penalty_minor__gte', 0), ('paid_penalty_minor__lte', models.F('penalty_minor')), ('paid_principal_minor__gte', 0), ('paid_principal_minor__lte', models.F('principal_minor'))), name='repayments_due_never_overpaid'),
        ),
        migrations.AddConstraint(
            model_name='dueitem',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['due', 'late', 'paid'])), name='repayments_due_state'),
        ),
        migrations.AddConstraint(
            model_name='collection',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'requested')), fields=('due_item',), name='repayments_collection_one_open'),
        ),
        migrations.AddConstraint(
            model_name='collection',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='repayments_collection_amount'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.UniqueConstraint(fields=('lender', 'source'), name='repayments_payment_source'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='repayments_payment_amount'),
        ),
    ]
