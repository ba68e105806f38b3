from __future__ import annotations

from django.db import migrations

from repact.server.tenancy import walls


class Migration(migrations.Migration):
    dependencies = [("bureau", "0001_initial"), ("tenancy", "0001_initial")]

    operations = walls.tenant("bureau_codes", "bureau_report", "bureau_dispute")
