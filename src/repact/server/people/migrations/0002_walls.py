from __future__ import annotations

from django.db import migrations

from repact.server.tenancy import walls


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_initial"),
        ("tenancy", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        *walls.tenant(
            "people_subject_key",
            "people_borrower",
            "people_staff",
            "people_used_launch_token",
            "people_api_key",
        ),
        walls.through(table="account_emailaddress", column="user_id", parent="people_staff"),
        walls.through(
            table="account_emailconfirmation",
            column="email_address_id",
            parent="account_emailaddress",
        ),
        walls.through(table="mfa_authenticator", column="user_id", parent="people_staff"),
    ]
