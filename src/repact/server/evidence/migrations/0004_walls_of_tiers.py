from __future__ import annotations

from django.db import migrations

from repact.server.tenancy import walls


class Migration(migrations.Migration):
    dependencies = [("evidence", "0003_tiers"), ("tenancy", "0001_initial")]

    operations = [
        *walls.tenant("evidence_consent", "evidence_promise", "evidence_reuse"),
        *walls.append_only("evidence_reuse"),
    ]
