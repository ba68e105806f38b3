from __future__ import annotations

from django.db import migrations

from repact.server.tenancy import walls


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial"), ("tenancy", "0001_initial")]

    operations = [*walls.tenant("jobs_lived_day"), *walls.append_only("jobs_lived_day")]
