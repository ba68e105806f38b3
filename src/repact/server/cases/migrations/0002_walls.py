from __future__ import annotations

from django.db import migrations

from repact.server.tenancy import walls


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial"), ("tenancy", "0001_initial")]

    operations = [
        *walls.tenant("cases_case", "cases_case_loan", "cases_counter"),
    ]
