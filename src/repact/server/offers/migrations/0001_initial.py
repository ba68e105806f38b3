import django.db.models.deletion
import repact.server.clock.ports
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('cases', '0001_initial'),
        ('lenders', '0001_initial'),
        ('loans', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='OfferSet',
            fields=[
                ('id', models.UUIDField(default=repact.server.clock.ports.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField()),
                ('state', models.CharField(default='draft', max_length=10)),
                ('position', models.JSONField()),
                ('not_offered', models.JSONField()),
                ('policy_sha256', models.CharField(max_length=64)),
                ('law_sha256', models.CharField(max_length=64)),
                ('prepared_at', models.DateTimeField()),
                ('prepared_by', models.UUIDField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('sent_by', models.UUIDField(null=True)),
                ('expires_at', models.DateTimeField(null=True)),
                ('message', models.CharField(blank=True, max_length=500)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('lender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lenders.lender')),
                ('loan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='loans.loan')),
            ],
            options={
                'db_table': 'offers_set',
            },
        ),
        migrations.CreateModel(
            name='Offer',
            fields=[
                ('id', models.UUIDField(default=repact.server.clock.ports.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField()),
                ('label', models.CharField(max_length=12)),
                ('state', models.CharField(default='open', max_length=8)),
                ('terms', models.JSONField()),
                ('result', models.JSONField()),
                ('schedule_sha256', models.CharField(max_length=64)),
                ('content_sha256', models.CharField(max_length=64)),
                ('installment_minor', models.BigIntegerField()),
                ('over_by_minor', models.BigIntegerField()),
                ('tier', models.CharField(max_length=12)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('lender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lenders.lender')),
                ('offer_set', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='offers.offerset')),
            ],
            options={
                'db_table': 'offers_offer',
            },
        ),
        migrations.AddConstraint(
            model_name='offerset',
            constraint=models.UniqueConstraint(fields=('case', 'number'), name='offers_set_number'),
        ),
        migrations.AddConstraint(
            model_name='offerset',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'sent')), fields=('case',), name='offers_set_one_sent'),
        ),
        migrations.AddConstraint(
            model_name='offerset',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'superseded']), models.Q(('expires_at__isnull', False), ('sent_at__isnull', False), ('sent_by__isnull', False)), _connector='OR'), name='offers_set_sent'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.UniqueConstraint(fields=('offer_set', 'number'), name='offers_offer_number'),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'chosen')), fields=('case',), name='offers_offer_one_chosen'),
        ),
    ]
