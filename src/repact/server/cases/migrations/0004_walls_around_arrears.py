from __future__ import annotations

from django.db import migrations

from repact.server.tenancy import walls

# What agreements ask before anyone signs: no debt of the case whose time limit has run out without
# the borrower's reading and a supervisor's approval.
_MAY_SIGN = """
CREATE FUNCTION cases_may_sign(asked uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (
        SELECT FROM cases_limitation_note
         WHERE case_id = asked AND (acknowledged_at IS NULL OR approved_at IS NULL)
    );
$$;
"""

# The persons behind the accounts, so that a second account is never a second pair of eyes.
_PERSONS = """
CREATE FUNCTION cases_limitation_persons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.approved_person := (SELECT repact_person(id) FROM people_staff
        WHERE id = NEW.approved_by AND role = 'supervisor' AND is_active);
    NEW.case_person := (SELECT repact_person(assigned_to_id) FROM cases_case
        WHERE id = NEW.case_id);
    RETURN NEW;
END $$;
CREATE TRIGGER persons BEFORE UPDATE OF approved_by ON cases_limitation_note
    FOR EACH ROW EXECUTE FUNCTION cases_limitation_persons();

CREATE FUNCTION cases_relief_persons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.proposed_person := (SELECT repact_person(id) FROM people_staff
        WHERE id = NEW.proposed_by AND role = 'supervisor' AND is_active);
    NEW.started_person := (SELECT repact_person(id) FROM people_staff
        WHERE id = NEW.started_by AND role = 'supervisor' AND is_active);
    RETURN NEW;
END $$;
CREATE TRIGGER persons BEFORE INSERT OR UPDATE OF proposed_by, started_by ON cases_relief_program
    FOR EACH ROW EXECUTE FUNCTION cases_relief_persons();
"""
_NO_PERSONS = """
DROP TRIGGER persons ON cases_limitation_note;
DROP FUNCTION cases_limitation_persons();
DROP TRIGGER persons ON cases_relief_program;
DROP FUNCTION cases_relief_persons();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0003_around_arrears"),
        ("people", "0003_person_behind_an_account"),
        ("tenancy", "0001_initial"),
    ]

    operations = [
        *walls.tenant(
            "cases_hold_extension",
            "cases_limitation_note",
            "cases_consent_request",
            "cases_relief_program",
            "cases_relief_invitation",
            "cases_shared_request",
        ),
        *walls.append_only("cases_hold_extension"),
        migrations.RunSQL(_PERSONS, _NO_PERSONS),
        migrations.RunSQL(_MAY_SIGN, "DROP FUNCTION cases_may_sign(uuid)"),
    ]
