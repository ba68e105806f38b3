from __future__ import annotations

from django.db import migrations

from repact.server.tenancy import walls


class Migration(migrations.Migration):
    dependencies = [("statements", "0001_initial"), ("tenancy", "0001_initial")]

    operations = walls.tenant("statements_mapping", "statements_statement", "statements_line")
