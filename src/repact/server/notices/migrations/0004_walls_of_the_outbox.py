from __future__ import annotations

from django.db import migrations

from repact.server.tenancy import walls


class Migration(migrations.Migration):
    dependencies = [("notices", "0003_outbox"), ("tenancy", "0001_initial")]

    operations = [
        *walls.tenant(
            "notices_sending_rules",
            "notices_addressee",
            "notices_message",
            "notices_contact",
            "notices_agency",
            "notices_placement",
            "notices_recall",
        ),
        *walls.append_only("notices_contact"),
    ]
