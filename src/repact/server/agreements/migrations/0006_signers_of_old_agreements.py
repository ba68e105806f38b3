from __future__ import annotations

from django.db import migrations

# Agreements made before signers had rows of their own get their borrower's. What was ready then but
# had no text yet is a draft now. The owner of the tables is bound by their walls too, so those are
# lowered for these statements: nothing else lets a signature begin as signed.
_SIGNERS = """
ALTER TABLE agreements_agreement NO FORCE ROW LEVEL SECURITY;
ALTER TABLE agreements_signature NO FORCE ROW LEVEL SECURITY;
ALTER TABLE agreements_document NO FORCE ROW LEVEL SECURITY;
ALTER TABLE people_borrower NO FORCE ROW LEVEL SECURITY;
ALTER TABLE agreements_signature DISABLE TRIGGER signing_order;
ALTER TABLE agreements_agreement DISABLE TRIGGER life;
INSERT INTO agreements_signature (id, lender_id, agreement_id, number, role, name, account,
                                  liability, method, state, token_sha256, agreed_at, signed_at)
SELECT gen_random_uuid(), agreement.lender_id, agreement.id, 1, 'borrower',
       agreement.contents -> 'borrower' ->> 'name', borrower.wallet_account,
       '{"kind": "joint"}', 'code',
       CASE WHEN agreement.signed_at IS NULL THEN 'waiting' ELSE 'signed' END, '',
       agreement.signed_at, agreement.signed_at
  FROM agreements_agreement AS agreement
  JOIN people_borrower AS borrower ON borrower.id = agreement.borrower_id
 WHERE NOT EXISTS (SELECT FROM agreements_signature AS known
                    WHERE known.agreement_id = agreement.id);
UPDATE agreements_agreement AS agreement SET state = 'draft'
 WHERE state = 'ready'
   AND NOT EXISTS (SELECT FROM agreements_document AS text WHERE text.agreement_id = agreement.id);
ALTER TABLE agreements_agreement ENABLE TRIGGER life;
ALTER TABLE agreements_signature ENABLE TRIGGER signing_order;
ALTER TABLE people_borrower FORCE ROW LEVEL SECURITY;
ALTER TABLE agreements_document FORCE ROW LEVEL SECURITY;
ALTER TABLE agreements_signature FORCE ROW LEVEL SECURITY;
ALTER TABLE agreements_agreement FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0005_who_may_sign"),
        ("people", "0003_person_behind_an_account"),
    ]

    operations = [migrations.RunSQL(_SIGNERS, migrations.RunSQL.noop)]
