from __future__ import annotations

from django.db import migrations, models

# The human being behind an account, for every rule that asks for two people.
PERSON = """
CREATE OR REPLACE FUNCTION repact_person(account uuid) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT COALESCE(person_id, id) FROM people_staff WHERE id = account
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0002_walls")]

    operations = [
        migrations.AddField(
            model_name="staff",
            name="person_id",
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.RunSQL(PERSON, "DROP FUNCTION repact_person(uuid);"),
    ]
