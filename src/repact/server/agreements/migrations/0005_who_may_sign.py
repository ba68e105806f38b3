from __future__ import annotations

from django.db import migrations

# The last line behind `cases.queries.assert_may_sign`, and a newer version is the same person's.
MAY = """
CREATE FUNCTION agreements_signature_may() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT cases_may_sign((SELECT case_id FROM agreements_agreement WHERE id = NEW.agreement_id))
    THEN
        RAISE EXCEPTION 'repact: a debt of agreement % is out of time and not cleared',
            NEW.agreement_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER may_sign BEFORE UPDATE OF state ON agreements_signature
    FOR EACH ROW WHEN (OLD.state = 'waiting' AND NEW.state <> 'waiting')
    EXECUTE FUNCTION agreements_signature_may();

CREATE FUNCTION agreements_agreement_replaces() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM agreements_agreement
                    WHERE id = NEW.replaces_id AND borrower_id = NEW.borrower_id) THEN
        RAISE EXCEPTION 'repact: agreement % would replace somebody else''s', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER replaces_own BEFORE INSERT OR UPDATE OF replaces_id, borrower_id
    ON agreements_agreement FOR EACH ROW WHEN (NEW.replaces_id IS NOT NULL)
    EXECUTE FUNCTION agreements_agreement_replaces();
"""

UNDO = """
DROP TRIGGER replaces_own ON agreements_agreement;
DROP FUNCTION agreements_agreement_replaces();
DROP TRIGGER may_sign ON agreements_signature;
DROP FUNCTION agreements_signature_may();
"""

# Texts from before signers had rows of their own: their borrower is the one who signs. Row-level
# security is lifted for the owner alone and for these statements alone; the wall that forbids
# naming signers of a written text is what these rows repair.
SIGNERS = """
ALTER TABLE agreements_agreement NO FORCE ROW LEVEL SECURITY;
ALTER TABLE agreements_signature NO FORCE ROW LEVEL SECURITY;
ALTER TABLE people_borrower NO FORCE ROW LEVEL SECURITY;
ALTER TABLE agreements_signature DISABLE TRIGGER signing_order;
INSERT INTO agreements_signature (id, lender_id, agreement_id, number, role, name, account,
                                  liability, method, state, token_sha256)
    SELECT gen_random_uuid(), a.lender_id, a.id, 1, 'borrower', a.contents->'borrower'->>'name',
           b.wallet_account, '{"kind": "joint"}'::jsonb, 'code', 'waiting', ''
      FROM agreements_agreement a JOIN people_borrower b ON b.id = a.borrower_id
     WHERE a.state IN ('draft', 'ready')
       AND NOT EXISTS (SELECT FROM agreements_signature s WHERE s.agreement_id = a.id);
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE agreements_signature ENABLE TRIGGER signing_order;
ALTER TABLE people_borrower FORCE ROW LEVEL SECURITY;
ALTER TABLE agreements_signature FORCE ROW LEVEL SECURITY;
ALTER TABLE agreements_agreement FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0004_walls"),
        ("cases", "0004_walls_around_arrears"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(MAY, UNDO),
        migrations.RunSQL(SIGNERS, migrations.RunSQL.noop),
    ]
