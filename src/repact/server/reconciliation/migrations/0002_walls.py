from __future__ import annotations

from django.db import migrations

from repact.server.tenancy import walls


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0001_initial"), ("tenancy", "0001_initial")]

    operations = [
        *walls.tenant("reconciliation_run", "reconciliation_difference"),
        *walls.append_only("reconciliation_run"),
    ]
