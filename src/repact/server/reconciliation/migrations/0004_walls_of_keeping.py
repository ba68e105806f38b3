from __future__ import annotations

from django.db import migrations

from repact.server.tenancy import walls


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0003_keeping"), ("tenancy", "0001_initial")]

    operations = [*walls.tenant("reconciliation_keeping")]
