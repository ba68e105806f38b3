from __future__ import annotations

from django.db import migrations

from repact.server.tenancy import walls

# Until now a live hold stopped all accrual from its day on; from now on a breathing space does.
# The owner of the tables is bound by their walls too, so they are lowered for this one statement.
_CARRY_OVER = """
ALTER TABLE loans_hold NO FORCE ROW LEVEL SECURITY;
ALTER TABLE loans_loan NO FORCE ROW LEVEL SECURITY;
INSERT INTO loans_standstill (id, lender_id, loan_id, case_id, mode, start_date)
SELECT gen_random_uuid(), hold.lender_id, hold.loan_id, hold.case_id, 'frozen',
       (hold.requested_at AT TIME ZONE lender.zone)::date
  FROM loans_hold AS hold
  JOIN loans_loan AS loan ON loan.id = hold.loan_id AND loan.state = 'open'
  JOIN lenders_lender AS lender ON lender.id = hold.lender_id
 WHERE hold.released_at IS NULL;
ALTER TABLE loans_hold FORCE ROW LEVEL SECURITY;
ALTER TABLE loans_loan FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("loans", "0003_around_arrears"), ("tenancy", "0001_initial")]

    operations = [
        migrations.RunSQL(_CARRY_OVER, migrations.RunSQL.noop),
        *walls.tenant("loans_standstill", "loans_party"),
    ]
