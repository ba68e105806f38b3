from __future__ import annotations

from django.db import migrations

from repact.server.tenancy import walls


def _create_role(*_: object) -> None:
    walls.grant_application_role()


class Migration(migrations.Migration):
    dependencies = [("clock", "0001_initial")]

    operations = [
        migrations.RunPython(_create_role, migrations.RunPython.noop),
        migrations.RunSQL(walls.REFUSE_CHANGE, "DROP FUNCTION repact_refuse_change()"),
        *walls.tenant("clock_demo_clock"),
    ]
