from __future__ import annotations

from django.db import migrations

from repact.server.tenancy import walls

FINGERPRINT = """
CREATE FUNCTION webhooks_keep_what_was_said() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (OLD.source, OLD.event_id, OLD.body_sha256, OLD.body)
        IS DISTINCT FROM (NEW.source, NEW.event_id, NEW.body_sha256, NEW.body) THEN
        RAISE EXCEPTION 'repact: what an event said is kept, % refused', TG_OP
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_what_was_said BEFORE UPDATE OR DELETE ON webhooks_inbox_event
    FOR EACH ROW EXECUTE FUNCTION webhooks_keep_what_was_said();
"""


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0001_initial"), ("tenancy", "0001_initial")]

    operations = [
        *walls.tenant("webhooks_inbox_event"),
        migrations.RunSQL(FINGERPRINT, "DROP FUNCTION webhooks_keep_what_was_said() CASCADE"),
    ]
