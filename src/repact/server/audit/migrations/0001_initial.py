import repact.server.clock.ports
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Event',
            fields=[
                ('number', models.BigAutoField(primary_key=True, serialize=False)),
                ('id', models.UUIDField(default=repact.server.clock.ports.new_id, editable=False, unique=True)),
                ('lender_id', models.UUIDField()),
                ('action', models.CharField(max_length=80)),
                ('actor_role', models.CharField(max_length=16)),
                ('actor_id', models.UUIDField(null=True)),
                ('subject_id', models.UUIDField()),
                ('case_id', models.UUIDField(null=True)),
                ('facts', models.JSONField()),
                ('happened_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('digest', models.BinaryField(max_length=32)),
            ],
            options={
                'db_table': 'audit_event',
                'indexes': [models.Index(fields=['lender_id', 'case_id', 'number'], name='audit_event_by_case'), models.Index(fields=['subject_id', 'number'], name='audit_event_by_subject')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('actor_id__isnull', True), ('actor_role', 'system')), models.Q(models.Q(('actor_role', 'system'), _negated=True), ('actor_id__isnull', False)), _connector='OR'), name='audit_event_actor')],
            },
        ),
    ]
