from __future__ import annotations

from importlib import import_module

from django.db import migrations, models

_before = import_module("repact.server.agreements.migrations.0008_reopened")
# A plan that gave way goes on when the one in its place is taken back, and may give way once more.
RESUMED = _before._LIFE % (  # noqa: SLF001 - the same function with two more ways
    ",\n        ('completed', 'in_force'), ('superseded', 'in_force'), ('superseded', 'breached')"
)


class Migration(migrations.Migration):
    dependencies = [("agreements", "0008_reopened")]

    operations = [
        migrations.RemoveConstraint(
            model_name="agreement", name="agreements_agreement_replaced_once"
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["void", "withdrawn"]), _negated=True),
                fields=("replaces",),
                name="agreements_agreement_replaced_once",
            ),
        ),
        migrations.RunSQL(RESUMED, _before.REOPENED),
    ]
