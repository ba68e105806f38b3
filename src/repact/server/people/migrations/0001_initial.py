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
            name='ApiKey',
            fields=[
                ('id', models.UUIDField(default=repact.server.clock.ports.new_id, editable=False, primary_key=True, serialize=False)),
                ('label', models.CharField(max_length=80)),
                ('digest', models.BinaryField(max_length=32, unique=True)),
                ('created_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('lender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lenders.lender')),
            ],
            options={
                'db_table': 'people_api_key',
            },
        ),
        migrations.CreateModel(
            name='SubjectKey',
            fields=[
                ('id', models.UUIDField(default=repact.server.clock.ports.new_id, editable=False, primary_key=True, serialize=False)),
                ('wrapped', models.BinaryField(max_length=128)),
                ('created_at', models.DateTimeField()),
                ('destroyed_at', models.DateTimeField(null=True)),
                ('lender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lenders.lender')),
            ],
            options={
                'db_table': 'people_subject_key',
            },
        ),
        migrations.CreateModel(
            name='Staff',
            fields=[
                ('id', models.UUIDField(default=repact.server.clock.ports.new_id, editable=False, primary_key=True, serialize=False)),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('email', models.EmailField(max_length=254)),
                ('name_zh', models.CharField(max_length=60)),
                ('name_en', models.CharField(max_length=60)),
                ('role', models.CharField(choices=[('agent', 'agent'), ('supervisor', 'supervisor'), ('auditor', 'auditor'), ('engineer', 'engineer')], max_length=16)),
                ('is_active', models.BooleanField(default=True)),
                ('lender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lenders.lender')),
            ],
            options={
                'db_table': 'people_staff',
                'constraints': [models.UniqueConstraint(fields=('lender', 'email'), name='people_staff_email')],
            },
        ),
        migrations.CreateModel(
            name='Borrower',
            fields=[
                ('id', models.UUIDField(default=repact.server.clock.ports.new_id, editable=False, primary_key=True, serialize=False)),
                ('ref', models.CharField(max_length=64)),
                ('wallet_account', models.CharField(max_length=64)),
                ('language', models.CharField(default='zh-hans', max_length=8)),
                ('contact_preference', models.CharField(default='any', max_length=16)),
                ('name_sealed', models.BinaryField(max_length=400)),
                ('id_number_sealed', models.BinaryField(max_length=200)),
                ('phone_sealed', models.BinaryField(max_length=200)),
                ('id_number_index', models.BinaryField(max_length=32)),
                ('lender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lenders.lender')),
                ('key', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.subjectkey')),
            ],
            options={
                'db_table': 'people_borrower',
                'constraints': [models.UniqueConstraint(fields=('lender', 'ref'), name='people_borrower_ref'), models.UniqueConstraint(fields=('lender', 'wallet_account'), name='people_borrower_wallet')],
            },
        ),
        migrations.CreateModel(
            name='UsedLaunchToken',
            fields=[
                ('id', models.UUIDField(default=repact.server.clock.ports.new_id, editable=False, primary_key=True, serialize=False)),
                ('token_id', models.CharField(max_length=64)),
                ('used_at', models.DateTimeField()),
                ('lender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lenders.lender')),
            ],
            options={
                'db_table': 'people_used_launch_token',
                'constraints': [models.UniqueConstraint(fields=('lender', 'token_id'), name='people_used_launch_token_once')],
            },
        ),
    ]
