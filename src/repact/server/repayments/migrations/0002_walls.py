from __future__ import annotations

from django.db import migrations

from repact.server.tenancy import walls


class Migration(migrations.Migration):
    dependencies = [("repayments", "0001_initial"), ("tenancy", "0001_initial")]

    operations = [
        *walls.tenant(
            "repayments_due_item",
            "repayments_collection",
            "repayments_payment",
        ),
        *walls.append_only("repayments_payment"),
    ]
