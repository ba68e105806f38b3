from __future__ import annotations

from django.db import migrations

# A stop and a sending are put in order by a lock: what was not out before the stop does not go out.
STOP = """
CREATE FUNCTION policies_stop_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('policies_stop:' || NEW.lender_id, 0));
    RETURN NEW;
END $$;
CREATE TRIGGER begins BEFORE INSERT ON policies_stop
    FOR EACH ROW EXECUTE FUNCTION policies_stop_begins();

CREATE FUNCTION offers_set_stopped() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'sent' AND (TG_OP = 'INSERT' OR OLD.state <> 'sent') THEN
        PERFORM pg_advisory_xact_lock_shared(
            hashtextextended('policies_stop:' || NEW.lender_id, 0));
        IF EXISTS (SELECT FROM policies_stop WHERE resumed_at IS NULL) THEN
            RAISE EXCEPTION 'repact: new offers are stopped'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stopped BEFORE INSERT OR UPDATE ON offers_set
    FOR EACH ROW EXECUTE FUNCTION offers_set_stopped();
"""
NO_STOP = """
DROP TRIGGER begins ON policies_stop;
DROP FUNCTION policies_stop_begins();
DROP TRIGGER stopped ON offers_set;
DROP FUNCTION offers_set_stopped();
"""


class Migration(migrations.Migration):
    dependencies = [("offers", "0004_walls"), ("policies", "0004_walls")]

    operations = [migrations.RunSQL(STOP, NO_STOP)]
