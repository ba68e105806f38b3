import django.db.models.deletion
from django.db import migrations, models

import repact.server.clock.ports


class Migration(migrations.Migration):
    dependencies = [
        ("lenders", "0002_walls"),
        ("policies", "0002_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="Proposal",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=repact.server.clock.ports.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("code", models.SlugField()),
                ("text", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("effective_from", models.DateField()),
                ("state", models.CharField(default="proposed", max_length=10)),
                ("proposed_by", models.UUIDField()),
                ("proposed_at", models.DateTimeField()),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "db_table": "policies_proposal",
            },
        ),
        migrations.CreateModel(
            name="Stop",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=repact.server.clock.ports.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("reason", models.CharField(max_length=500)),
                ("stopped_by", models.UUIDField()),
                ("stopped_at", models.DateTimeField()),
                ("resume_asked_by", models.UUIDField(null=True)),
                ("resume_asked_at", models.DateTimeField(null=True)),
                ("resumed_by", models.UUIDField(null=True)),
                ("resumed_at", models.DateTimeField(null=True)),
                ("proposer_person", models.UUIDField(editable=False, null=True)),
                ("approver_person", models.UUIDField(editable=False, null=True)),
            ],
            options={
                "db_table": "policies_stop",
            },
        ),
        migrations.AddField(
            model_name="policyversion",
            name="approver_person",
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="proposed_by",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="proposer_person",
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name="policyversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("proposed_by__isnull", True), ("published_by__isnull", True)),
                    models.Q(
                        ("approver_person__isnull", False),
                        ("proposer_person__isnull", False),
                        models.Q(("proposer_person", models.F("approver_person")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="policies_version_two_people",
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="lender",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lenders.lender"
            ),
        ),
        migrations.AddField(
            model_name="stop",
            name="lender",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lenders.lender"
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "proposed")),
                fields=("lender", "sha256"),
                name="policies_proposal_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_by__isnull", True), ("state", "proposed")),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("state__in", ["published", "returned"]),
                    ),
                    _connector="OR",
                ),
                name="policies_proposal_states",
            ),
        ),
        migrations.AddConstraint(
            model_name="stop",
            constraint=models.UniqueConstraint(
                condition=models.Q(("resumed_at", None)),
                fields=("lender",),
                name="policies_stop_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="stop",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("resumed_at__isnull", True), ("resumed_by__isnull", True)),
                    models.Q(
                        ("resumed_at__isnull", False),
                        ("resumed_by__isnull", False),
                        ("approver_person__isnull", False),
                        ("proposer_person__isnull", False),
                        models.Q(("proposer_person", models.F("approver_person")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="policies_stop_two_people",
            ),
        ),
    ]
