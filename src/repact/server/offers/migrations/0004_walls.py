from __future__ import annotations

from django.db import migrations

from repact.server.tenancy import walls

# A set leaves for the borrower only with the eyes its tier asks for. The tier is not taken on
# trust: it is at least that of every offer in the set. `nobody` may give what is in no tier.
SENDING = """
CREATE FUNCTION offers_tier_rank(tier text) RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT array_position(ARRAY['automatic', 'agent', 'supervisor', 'committee', 'nobody'], tier)
$$;
CREATE FUNCTION offers_approvals(asked uuid, maker uuid, preparer uuid) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT count(DISTINCT decision.person) FROM offers_decision decision
        JOIN offers_approval approval ON approval.id = decision.approval_id
        WHERE approval.offer_set_id = asked AND decision.verdict = 'approve'
            AND decision.person IS DISTINCT FROM repact_person(maker)
            AND decision.person IS DISTINCT FROM repact_person(preparer)
$$;
CREATE FUNCTION offers_set_sending() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    needed int := CASE NEW.tier WHEN 'supervisor' THEN 1 WHEN 'committee' THEN 2 ELSE 0 END;
    earlier offers_set;
BEGIN
    IF NEW.state <> 'sent' OR (TG_OP = 'UPDATE' AND OLD.state = 'sent') THEN
        RETURN NEW;
    END IF;
    IF NEW.tier = 'nobody' OR EXISTS (
        SELECT FROM offers_offer WHERE offer_set_id = NEW.id
            AND offers_tier_rank(tier) > offers_tier_rank(NEW.tier)
    ) THEN
        RAISE EXCEPTION 'repact: nobody may send set %', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.sent_by IS NULL AND NEW.tier <> 'automatic' THEN
        RAISE EXCEPTION 'repact: set % needs a person', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF offers_approvals(NEW.id, NEW.sent_by, NEW.prepared_by) >= needed THEN
        RETURN NEW;
    END IF;
    -- Issued anew because the debt moved: the approval stands for what costs no more.
    SELECT * INTO earlier FROM offers_set WHERE id = NEW.replaces_id;
    IF NEW.origin = 'reissue' AND earlier.id IS NOT NULL
        AND NEW.concession_minor <= earlier.concession_minor
        AND offers_tier_rank(NEW.tier) <= offers_tier_rank(earlier.tier)
        AND offers_approvals(earlier.id, NEW.sent_by, NEW.prepared_by) >= needed THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'repact: set % lacks an approval by another person', NEW.id
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER sending BEFORE INSERT OR UPDATE ON offers_set
    FOR EACH ROW EXECUTE FUNCTION offers_set_sending();

CREATE FUNCTION offers_offer_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.tier <> 'automatic'
        AND EXISTS (SELECT FROM offers_set WHERE id = NEW.offer_set_id AND state = 'sent') THEN
        RAISE EXCEPTION 'repact: an offer added to a sent set needs no person'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER added BEFORE INSERT ON offers_offer
    FOR EACH ROW EXECUTE FUNCTION offers_offer_added();
"""
NO_SENDING = """
DROP TRIGGER added ON offers_offer;
DROP FUNCTION offers_offer_added();
DROP TRIGGER sending ON offers_set;
DROP FUNCTION offers_set_sending();
DROP FUNCTION offers_approvals(uuid, uuid, uuid);
DROP FUNCTION offers_tier_rank(text);
"""

DECIDING = """
CREATE FUNCTION offers_approval_persons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.maker_person := repact_person(NEW.asked_by);
    SELECT repact_person(prepared_by) INTO NEW.preparer_person
        FROM offers_set WHERE id = NEW.offer_set_id;
    RETURN NEW;
END $$;
CREATE TRIGGER persons BEFORE INSERT OR UPDATE ON offers_approval
    FOR EACH ROW EXECUTE FUNCTION offers_approval_persons();

CREATE FUNCTION offers_decision_persons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT repact_person(id) INTO NEW.person FROM people_staff
        WHERE id = NEW.decided_by AND role = 'supervisor' AND is_active;
    SELECT maker_person, preparer_person INTO NEW.maker_person, NEW.preparer_person
        FROM offers_approval WHERE id = NEW.approval_id;
    RETURN NEW;
END $$;
CREATE TRIGGER persons BEFORE INSERT ON offers_decision
    FOR EACH ROW EXECUTE FUNCTION offers_decision_persons();
"""
NO_DECIDING = """
DROP TRIGGER persons ON offers_approval;
DROP FUNCTION offers_approval_persons();
DROP TRIGGER persons ON offers_decision;
DROP FUNCTION offers_decision_persons();
"""

# The sums of a line are the sums of its reservations and nothing else may write them.
BUDGETS = """
CREATE FUNCTION offers_reservation_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    reserved bigint := 0;
    used bigint := 0;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.budget_id <> OLD.budget_id OR NEW.offer_set_id <> OLD.offer_set_id
            OR NEW.amount_minor > OLD.amount_minor
            OR (OLD.state <> 'reserved' AND (NEW.state <> OLD.state
                OR NEW.amount_minor <> OLD.amount_minor)) THEN
            RAISE EXCEPTION 'repact: a reservation only shrinks, and ends once'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF OLD.state = 'reserved' THEN reserved := -OLD.amount_minor; END IF;
        IF OLD.state = 'used' THEN used := -OLD.amount_minor; END IF;
    ELSIF NEW.state <> 'reserved' THEN
        RAISE EXCEPTION 'repact: a reservation begins reserved'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state = 'reserved' THEN reserved := reserved + NEW.amount_minor; END IF;
    IF NEW.state = 'used' THEN used := used + NEW.amount_minor; END IF;
    UPDATE offers_budget
        SET reserved_minor = reserved_minor + reserved, used_minor = used_minor + used
        WHERE id = NEW.budget_id;
    RETURN NEW;
END $$;
CREATE TRIGGER moves BEFORE INSERT OR UPDATE ON offers_reservation
    FOR EACH ROW EXECUTE FUNCTION offers_reservation_moves();
CREATE TRIGGER kept BEFORE DELETE ON offers_reservation
    FOR EACH ROW EXECUTE FUNCTION repact_refuse_change();

CREATE FUNCTION offers_budget_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.reserved_minor := 0;
        NEW.used_minor := 0;
    ELSIF pg_trigger_depth() < 2 AND (NEW.reserved_minor <> OLD.reserved_minor
        OR NEW.used_minor <> OLD.used_minor) THEN
        RAISE EXCEPTION 'repact: the sums of a budget follow its reservations'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON offers_budget
    FOR EACH ROW EXECUTE FUNCTION offers_budget_guard();
"""
NO_BUDGETS = """
DROP TRIGGER moves ON offers_reservation;
DROP TRIGGER kept ON offers_reservation;
DROP FUNCTION offers_reservation_moves();
DROP TRIGGER guard ON offers_budget;
DROP FUNCTION offers_budget_guard();
"""

CHAIN = """
CREATE FUNCTION offers_entry_link() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last offers_entry;
BEGIN
    SELECT * INTO last FROM offers_entry WHERE case_id = NEW.case_id
        ORDER BY number DESC LIMIT 1;
    IF NEW.number <> COALESCE(last.number, 0) + 1
        OR NEW.previous_sha256 <> COALESCE(last.sha256, '') THEN
        RAISE EXCEPTION 'repact: entry % does not follow the one before it', NEW.number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER link BEFORE INSERT ON offers_entry
    FOR EACH ROW EXECUTE FUNCTION offers_entry_link();
"""
NO_CHAIN = "DROP TRIGGER link ON offers_entry; DROP FUNCTION offers_entry_link();"


class Migration(migrations.Migration):
    dependencies = [
        ("offers", "0003_negotiation"),
        ("people", "0003_person_behind_an_account"),
        ("audit", "0002_walls"),
        ("tenancy", "0001_initial"),
    ]

    operations = [
        *walls.tenant(
            "offers_approval",
            "offers_decision",
            "offers_budget",
            "offers_reservation",
            "offers_entry",
            "offers_question",
            "offers_alarm",
        ),
        *walls.append_only("offers_decision", "offers_entry"),
        migrations.RunSQL(SENDING, NO_SENDING),
        migrations.RunSQL(DECIDING, NO_DECIDING),
        migrations.RunSQL(BUDGETS, NO_BUDGETS),
        migrations.RunSQL(CHAIN, NO_CHAIN),
    ]
