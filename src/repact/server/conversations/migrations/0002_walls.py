from __future__ import annotations

from django.db import migrations

from repact.server.tenancy import walls


class Migration(migrations.Migration):
    dependencies = [("conversations", "0001_initial"), ("tenancy", "0001_initial")]

    operations = [
        *walls.tenant("conversations_thread", "conversations_message"),
        *walls.append_only("conversations_message"),
    ]
