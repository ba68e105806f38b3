from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

import repact.server.clock.ports

# Lines that were posted before they had numbers get theirs; history is opened for its owner alone.
NUMBER = """
ALTER TABLE books_posting DISABLE TRIGGER append_only;
ALTER TABLE books_posting NO FORCE ROW LEVEL SECURITY;
UPDATE books_posting p SET number = n.number FROM (
    SELECT id, row_number() OVER (PARTITION BY entry_id ORDER BY id) AS number FROM books_posting
) n WHERE n.id = p.id;
ALTER TABLE books_posting FORCE ROW LEVEL SECURITY;
ALTER TABLE books_posting ENABLE TRIGGER append_only;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("lenders", "0001_initial"),
        ("books", "0002_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountCode",
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
                ("account", models.CharField(max_length=8)),
                ("code", models.CharField(max_length=40)),
                ("name", models.CharField(blank=True, max_length=120)),
                ("from_date", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "lender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="lenders.lender",
                    ),
                ),
            ],
            options={
                "db_table": "books_account_code",
            },
        ),
        migrations.AddConstraint(
            model_name="accountcode",
            constraint=models.UniqueConstraint(
                fields=("lender", "account", "from_date"), name="books_account_code_once"
            ),
        ),
        migrations.AddField(
            model_name="posting",
            name="number",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.RunSQL(NUMBER, migrations.RunSQL.noop),
    ]
