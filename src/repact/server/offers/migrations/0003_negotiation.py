import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import repact.server.clock.ports


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0002_walls"),
        ("lenders", "0002_walls"),
        ("loans", "0002_walls"),
        ("offers", "0002_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="Alarm",
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
                ("kind", models.CharField(max_length=24)),
                ("subject_id", models.UUIDField()),
                ("facts", models.JSONField()),
                ("raised_at", models.DateTimeField()),
                ("seen_by", models.UUIDField(null=True)),
            ],
            options={
                "db_table": "offers_alarm",
            },
        ),
        migrations.CreateModel(
            name="Approval",
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
                ("state", models.CharField(default="asked", max_length=10)),
                ("tier", models.CharField(max_length=12)),
                ("needed", models.PositiveSmallIntegerField(default=1)),
                ("message", models.CharField(blank=True, max_length=500)),
                ("asked_by", models.UUIDField()),
                ("asked_at", models.DateTimeField()),
                ("maker_person", models.UUIDField(editable=False, null=True)),
                ("preparer_person", models.UUIDField(editable=False, null=True)),
            ],
            options={
                "db_table": "offers_approval",
            },
        ),
        migrations.CreateModel(
            name="Budget",
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
                ("kind", models.CharField(max_length=16)),
                ("key", models.CharField(max_length=80)),
                ("amount_minor", models.BigIntegerField()),
                ("reserved_minor", models.BigIntegerField(default=0)),
                ("used_minor", models.BigIntegerField(default=0)),
            ],
            options={
                "db_table": "offers_budget",
            },
        ),
        migrations.CreateModel(
            name="Decision",
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
                ("decided_by", models.UUIDField()),
                ("decided_at", models.DateTimeField()),
                ("verdict", models.CharField(max_length=8)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("person", models.UUIDField(editable=False, null=True)),
                ("maker_person", models.UUIDField(editable=False, null=True)),
                ("preparer_person", models.UUIDField(editable=False, null=True)),
            ],
            options={
                "db_table": "offers_decision",
            },
        ),
        migrations.CreateModel(
            name="Entry",
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
                ("number", models.PositiveIntegerField()),
                ("side", models.CharField(max_length=8)),
                ("kind", models.CharField(max_length=10)),
                ("by_id", models.UUIDField(null=True)),
                ("content", models.JSONField()),
                ("happened_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("previous_sha256", models.CharField(blank=True, max_length=64)),
                ("sha256", models.CharField(max_length=64)),
            ],
            options={
                "db_table": "offers_entry",
            },
        ),
        migrations.CreateModel(
            name="Question",
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
                ("wish_sha256", models.CharField(max_length=64)),
                ("asked_at", models.DateTimeField()),
            ],
            options={
                "db_table": "offers_question",
            },
        ),
        migrations.CreateModel(
            name="Reservation",
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
                ("amount_minor", models.BigIntegerField()),
                ("state", models.CharField(default="reserved", max_length=8)),
                ("reserved_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "offers_reservation",
            },
        ),
        migrations.RemoveConstraint(
            model_name="offerset",
            name="offers_set_sent",
        ),
        migrations.AddField(
            model_name="offer",
            name="concession_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="offer",
            name="findings",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="offer",
            name="keep_up",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="offer",
            name="stored_parts",
            field=models.JSONField(db_column="parts", default=list),
        ),
        migrations.AddField(
            model_name="offerset",
            name="concession_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="offerset",
            name="difference",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="offerset",
            name="facts",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="offerset",
            name="fingerprint",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="offerset",
            name="on_date",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="offerset",
            name="origin",
            field=models.CharField(default="agent", max_length=10),
        ),
        migrations.AddField(
            model_name="offerset",
            name="replaces",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="offers.offerset",
            ),
        ),
        migrations.AddField(
            model_name="offerset",
            name="request_key",
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name="offerset",
            name="tier",
            field=models.CharField(default="agent", max_length=12),
        ),
        migrations.AddField(
            model_name="offerset",
            name="worse_in",
            field=models.JSONField(default=list),
        ),
        migrations.AlterField(
            model_name="offerset",
            name="prepared_by",
            field=models.UUIDField(null=True),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("concession_minor__gte", 0),
                    ("tier__in", ("automatic", "agent", "supervisor", "committee", "nobody")),
                ),
                name="offers_offer_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="offerset",
            constraint=models.UniqueConstraint(
                condition=models.Q(("request_key", ""), _negated=True),
                fields=("case", "request_key"),
                name="offers_set_request",
            ),
        ),
        migrations.AddConstraint(
            model_name="offerset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["draft", "shadow", "superseded"]),
                    models.Q(("expires_at__isnull", False), ("sent_at__isnull", False)),
                    _connector="OR",
                ),
                name="offers_set_sent",
            ),
        ),
        migrations.AddConstraint(
            model_name="offerset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["draft", "shadow", "superseded"]),
                    ("sent_by__isnull", False),
                    models.Q(("origin", "agent"), _negated=True),
                    _connector="OR",
                ),
                name="offers_set_sender",
            ),
        ),
        migrations.AddConstraint(
            model_name="offerset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("concession_minor__gte", 0),
                    ("origin__in", ["agent", "automatic", "counter", "reissue"]),
                    ("tier__in", ("automatic", "agent", "supervisor", "committee", "nobody")),
                ),
                name="offers_set_words",
            ),
        ),
        migrations.AddField(
            model_name="alarm",
            name="lender",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lenders.lender"
            ),
        ),
        migrations.AddField(
            model_name="approval",
            name="lender",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lenders.lender"
            ),
        ),
        migrations.AddField(
            model_name="approval",
            name="offer_set",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="approval",
                to="offers.offerset",
            ),
        ),
        migrations.AddField(
            model_name="budget",
            name="lender",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lenders.lender"
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="approval",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decisions",
                to="offers.approval",
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="lender",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lenders.lender"
            ),
        ),
        migrations.AddField(
            model_name="entry",
            name="about",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replies",
                to="offers.entry",
            ),
        ),
        migrations.AddField(
            model_name="entry",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="entry",
            name="lender",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lenders.lender"
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="lender",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lenders.lender"
            ),
        ),
        migrations.AddField(
            model_name="reservation",
            name="budget",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reservations",
                to="offers.budget",
            ),
        ),
        migrations.AddField(
            model_name="reservation",
            name="lender",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lenders.lender"
            ),
        ),
        migrations.AddField(
            model_name="reservation",
            name="offer_set",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reservations",
                to="offers.offerset",
            ),
        ),
        migrations.AddConstraint(
            model_name="alarm",
            constraint=models.UniqueConstraint(
                condition=models.Q(("seen_by", None)),
                fields=("kind", "subject_id"),
                name="offers_alarm_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("needed__gte", 1),
                    ("state__in", ["asked", "approved", "returned", "refused", "withdrawn"]),
                    ("tier__in", ["supervisor", "committee"]),
                ),
                name="offers_approval_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.UniqueConstraint(
                fields=("lender", "kind", "key"), name="offers_budget_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_minor__gte", 0),
                    (
                        "kind__in",
                        ["pool", "agent_day", "borrower_year", "automatic_count", "automatic_day"],
                    ),
                ),
                name="offers_budget_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reserved_minor__gte", 0),
                    ("used_minor__gte", 0),
                    (
                        "amount_minor__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("reserved_minor"), "+", models.F("used_minor")
                        ),
                    ),
                ),
                name="offers_budget_not_overdrawn",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(
                fields=("approval", "person"), name="offers_decision_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(("verdict__in", ["approve", "return", "refuse"])),
                name="offers_decision_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("verdict", "approve"), models.Q(("reason", ""), _negated=True), _connector="OR"
                ),
                name="offers_decision_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("person__isnull", False),
                    models.Q(("person", models.F("maker_person")), _negated=True),
                    models.Q(
                        ("preparer_person__isnull", True),
                        models.Q(("person", models.F("preparer_person")), _negated=True),
                        _connector="OR",
                    ),
                ),
                name="offers_decision_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(
                fields=("case", "number"), name="offers_entry_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "offers",
                            "proposal",
                            "answer",
                            "withdrawal",
                            "refusal",
                            "choice",
                            "reissue",
                        ],
                    ),
                    ("side__in", ["borrower", "lender"]),
                ),
                name="offers_entry_words",
            ),
        ),
        migrations.AddIndex(
            model_name="question",
            index=models.Index(fields=["case", "asked_at"], name="offers_question_by_case"),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.UniqueConstraint(
                fields=("budget", "offer_set"), name="offers_reservation_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_minor__gte", 0), ("state__in", ["reserved", "used", "released"])
                ),
                name="offers_reservation_words",
            ),
        ),
    ]
