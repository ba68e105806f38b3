from __future__ import annotations

from django.db import migrations

from repact.server.tenancy import walls


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial"), ("tenancy", "0001_initial")]

    operations = [
        *walls.tenant("notices_notice"),
        *walls.append_only("notices_notice"),
    ]
