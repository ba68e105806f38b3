from __future__ import annotations

from django.db import migrations

from repact.server.tenancy import walls


class Migration(migrations.Migration):
    dependencies = [("offers", "0001_initial"), ("tenancy", "0001_initial")]

    operations = [
        *walls.tenant("offers_set", "offers_offer"),
    ]
