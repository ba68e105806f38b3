from __future__ import annotations

from django.db import migrations

from repact.server.tenancy import walls


class Migration(migrations.Migration):
    dependencies = [("offers", "0009_acceptkey"), ("tenancy", "0001_initial")]

    operations = [
        *walls.tenant("offers_accept_key"),
        *walls.append_only("offers_accept_key"),
    ]
