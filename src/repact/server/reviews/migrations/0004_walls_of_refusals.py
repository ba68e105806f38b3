from __future__ import annotations

from django.db import migrations

from repact.server.tenancy import walls

# The persons behind the accounts, so that a second account is never another person.
_PERSONS = """
CREATE FUNCTION reviews_refusal_persons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.refused_person := (SELECT repact_person(id) FROM people_staff WHERE id = NEW.refused_by);
    NEW.decided_person := (SELECT repact_person(id) FROM people_staff
        WHERE id = NEW.decided_by AND role IN ('agent', 'supervisor') AND is_active);
    RETURN NEW;
END $$;
CREATE TRIGGER persons BEFORE INSERT OR UPDATE ON reviews_refusal
    FOR EACH ROW EXECUTE FUNCTION reviews_refusal_persons();
"""
_NO_PERSONS = """
DROP TRIGGER persons ON reviews_refusal;
DROP FUNCTION reviews_refusal_persons();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0003_refusals"),
        ("people", "0003_person_behind_an_account"),
        ("tenancy", "0001_initial"),
    ]

    operations = [
        *walls.tenant("reviews_refusal"),
        migrations.RunSQL(_PERSONS, _NO_PERSONS),
    ]
