from __future__ import annotations

from django.db import migrations

from repact.server.tenancy import walls


class Migration(migrations.Migration):
    dependencies = [("agreements", "0001_initial"), ("tenancy", "0001_initial")]

    operations = [
        *walls.tenant(
            "agreements_agreement",
            "agreements_document",
            "agreements_reading",
            "agreements_signing_code",
            "agreements_signing_record",
            "agreements_counter",
        ),
        *walls.append_only("agreements_document", "agreements_signing_record"),
    ]
