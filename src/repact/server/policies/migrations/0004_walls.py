from __future__ import annotations

from django.db import migrations

from repact.server.tenancy import walls

PERSONS = """
CREATE FUNCTION policies_version_persons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.proposer_person := repact_person(NEW.proposed_by);
    NEW.approver_person := repact_person(NEW.published_by);
    RETURN NEW;
END $$;
CREATE TRIGGER persons BEFORE INSERT ON policies_version
    FOR EACH ROW EXECUTE FUNCTION policies_version_persons();
CREATE FUNCTION policies_stop_persons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.proposer_person := repact_person(NEW.resume_asked_by);
    NEW.approver_person := repact_person(NEW.resumed_by);
    RETURN NEW;
END $$;
CREATE TRIGGER persons BEFORE INSERT OR UPDATE ON policies_stop
    FOR EACH ROW EXECUTE FUNCTION policies_stop_persons();
"""
NO_PERSONS = """
DROP TRIGGER persons ON policies_version;
DROP TRIGGER persons ON policies_stop;
DROP FUNCTION policies_version_persons();
DROP FUNCTION policies_stop_persons();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("policies", "0003_two_people"),
        ("people", "0003_person_behind_an_account"),
        ("tenancy", "0001_initial"),
    ]

    operations = [
        *walls.tenant("policies_proposal", "policies_stop"),
        migrations.RunSQL(PERSONS, NO_PERSONS),
    ]
