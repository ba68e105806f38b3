from __future__ import annotations

from django.db import migrations

from repact.server.tenancy import walls

# The table of states, once more, where nothing can go around it; and what was written stays.
LIFE = """
CREATE FUNCTION agreements_agreement_life() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('draft', 'ready'), ('draft', 'void'),
        ('ready', 'signed_by_borrower'), ('ready', 'void'),
        ('signed_by_borrower', 'sealed'), ('signed_by_borrower', 'void'),
        ('sealed', 'in_force'),
        ('in_force', 'withdrawn'), ('in_force', 'breached'), ('in_force', 'completed'),
        ('in_force', 'superseded'),
        ('breached', 'in_force'), ('breached', 'completed'), ('breached', 'superseded')
    ) THEN
        RAISE EXCEPTION 'repact: no way from % to %', OLD.state, NEW.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state <> 'draft' AND (
        NEW.contents <> OLD.contents OR NEW.contents_sha256 <> OLD.contents_sha256
        OR NEW.schedule_sha256 <> OLD.schedule_sha256 OR NEW.reference <> OLD.reference
        OR NEW.borrower_id <> OLD.borrower_id OR NEW.offer_id <> OLD.offer_id
        OR NEW.replaces_id IS DISTINCT FROM OLD.replaces_id
    ) THEN
        RAISE EXCEPTION 'repact: agreement % is written and stays as it is', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state = 'sealed' AND OLD.state <> 'sealed' AND EXISTS (
        SELECT FROM agreements_signature WHERE agreement_id = NEW.id AND state <> 'signed'
    ) THEN
        RAISE EXCEPTION 'repact: agreement % still waits for a signature', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER life BEFORE UPDATE ON agreements_agreement
    FOR EACH ROW EXECUTE FUNCTION agreements_agreement_life();

CREATE FUNCTION agreements_signature_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'repact: a signature is never removed'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'waiting' OR EXISTS (
            SELECT FROM agreements_agreement WHERE id = NEW.agreement_id AND state <> 'draft'
        ) THEN
            RAISE EXCEPTION 'repact: signers are named while an agreement is a draft'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state = 'signed' OR (OLD.state = 'agreed' AND NEW.state = 'waiting')
        OR NEW.number <> OLD.number OR NEW.role <> OLD.role OR NEW.name <> OLD.name
        OR NEW.liability <> OLD.liability OR NEW.agreement_id <> OLD.agreement_id THEN
        RAISE EXCEPTION 'repact: who signs, and what was signed, stays'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state <> OLD.state AND EXISTS (
        SELECT FROM agreements_signature WHERE agreement_id = NEW.agreement_id
            AND number < NEW.number AND state <> 'signed'
    ) THEN
        RAISE EXCEPTION 'repact: signature % comes after others', NEW.number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER signing_order BEFORE INSERT OR UPDATE OR DELETE ON agreements_signature
    FOR EACH ROW EXECUTE FUNCTION agreements_signature_order();
"""

UNDO = """
DROP TRIGGER signing_order ON agreements_signature;
DROP FUNCTION agreements_signature_order();
DROP TRIGGER life ON agreements_agreement;
DROP FUNCTION agreements_agreement_life();
"""


class Migration(migrations.Migration):
    dependencies = [("agreements", "0003_a_life")]

    operations = [
        *walls.tenant(
            "agreements_signature", "agreements_paper", "agreements_share", "agreements_visit"
        ),
        *walls.append_only("agreements_paper"),
        migrations.RunSQL(LIFE, UNDO),
    ]
