import django.db.models.deletion
import repact.server.clock.ports
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Lender',
            fields=[
                ('id', models.UUIDField(default=repact.server.clock.ports.new_id, editable=False, primary_key=True, serialize=False)),
                ('slug', models.SlugField(unique=True)),
                ('host', models.CharField(max_length=200, null=True, unique=True)),
                ('name_zh', models.CharField(max_length=120)),
                ('name_en', models.CharField(max_length=120)),
                ('address_zh', models.CharField(max_length=200)),
                ('address_en', models.CharField(max_length=200)),
                ('jurisdiction', models.CharField(default='cn', max_length=8)),
                ('zone', models.CharField(default='Asia/Shanghai', max_length=64)),
                ('currency', models.CharField(default='CNY', max_length=3)),
                ('complaint_phone', models.CharField(max_length=40)),
                ('help_phone', models.CharField(blank=True, max_length=40)),
                ('is_demo', models.BooleanField(default=False)),
            ],
            options={
                'db_table': 'lenders_lender',
            },
        ),
        migrations.CreateModel(
            name='Product',
            fields=[
                ('id', models.UUIDField(default=repact.server.clock.ports.new_id, editable=False, primary_key=True, serialize=False)),
                ('code', models.SlugField()),
                ('name_zh', models.CharField(max_length=120)),
                ('name_en', models.CharField(max_length=120)),
                ('keeper', models.CharField(choices=[('repact', 'repact'), ('core', 'core')], max_length=8)),
                ('lender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lenders.lender')),
            ],
            options={
                'db_table': 'lenders_product',
                'constraints': [models.UniqueConstraint(fields=('lender', 'code'), name='lenders_product_code')],
            },
        ),
    ]
