from __future__ import annotations

from django.db import migrations

from repact.server.tenancy import walls

# The same money cannot be both posted and kept in suspense, whoever is first: whoever comes second
# waits for the first and then sees it.
SOURCE_ONCE = """
CREATE FUNCTION repayments_source_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE taken boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.lender_id::text || NEW.source, 0));
    EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE lender_id = $1 AND source = $2)',
                   TG_ARGV[0]) INTO taken USING NEW.lender_id, NEW.source;
    IF taken THEN
        RAISE EXCEPTION 'repact: source % was received already', NEW.source
            USING ERRCODE = 'unique_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER source_once BEFORE INSERT ON repayments_payment
    FOR EACH ROW EXECUTE FUNCTION repayments_source_once('repayments_suspense');
CREATE TRIGGER source_once BEFORE INSERT ON repayments_suspense
    FOR EACH ROW EXECUTE FUNCTION repayments_source_once('repayments_payment');
"""
NO_SOURCE_ONCE = """
DROP TRIGGER source_once ON repayments_payment;
DROP TRIGGER source_once ON repayments_suspense;
DROP FUNCTION repayments_source_once();
"""

# What is kept in suspense stays what it was; it is worked once, and never vanishes.
SUSPENSE_KEPT = """
CREATE FUNCTION repayments_suspense_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state <> 'open'
        OR (NEW.lender_id, NEW.source, NEW.amount_minor, NEW.currency, NEW.value_date,
            NEW.received_at) IS DISTINCT FROM
           (OLD.lender_id, OLD.source, OLD.amount_minor, OLD.currency, OLD.value_date,
            OLD.received_at) THEN
        RAISE EXCEPTION 'repact: suspense % cannot be changed', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON repayments_suspense
    FOR EACH ROW EXECUTE FUNCTION repayments_suspense_kept();
"""
NO_SUSPENSE_KEPT = """
DROP TRIGGER kept ON repayments_suspense;
DROP FUNCTION repayments_suspense_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("repayments", "0003_plans_and_events"), ("tenancy", "0001_initial")]

    operations = [
        *walls.tenant(
            "repayments_plan",
            "repayments_part",
            "repayments_event",
            "repayments_reversal",
            "repayments_suspense",
            "repayments_refund",
        ),
        *walls.append_only("repayments_event", "repayments_reversal", "repayments_refund"),
        migrations.RunSQL(SOURCE_ONCE, NO_SOURCE_ONCE),
        migrations.RunSQL(SUSPENSE_KEPT, NO_SUSPENSE_KEPT),
    ]
