from __future__ import annotations

from django.db import migrations

from repact.server.tenancy import walls


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0003_outgoing"), ("tenancy", "0001_initial")]

    operations = [*walls.tenant("webhooks_subscriber", "webhooks_delivery")]
