from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

# As before, and it asks what a source has brought only where there is one. A plan that the database
# made while the table was small had read every payment of the lender for each agreement: the index
# of the lender alone cost as much as that of the source, then. It is gone, here and of suspense,
# whose source is asked for by every payment that is written.
KEPT = """
CREATE OR REPLACE FUNCTION repayments_kept(wanted uuid[], locked boolean, paid_by text)
RETURNS TABLE (
    agreement_id uuid, lender_id uuid, case_id uuid, offer_id uuid, borrower_id uuid,
    reference text, state text, contents text, contents_sha256 text, schedule_sha256 text,
    sealed_at timestamptz, zone text, payment_id uuid, plan_id uuid, currency text, standing text,
    due_date date, acted_until date, next_action_date date, open_minor bigint,
    credit_minor bigint, events_count integer, stopped text, disputed_at timestamptz,
    mandate_revoked_at timestamptz, rests json, agreed json, parts json, items json, events json
) LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    IF locked THEN
        PERFORM FROM agreements_agreement a WHERE a.id = ANY (wanted) ORDER BY a.id FOR UPDATE;
    END IF;
    RETURN QUERY SELECT
        a.id, a.lender_id, a.case_id, a.offer_id, a.borrower_id, a.reference::text, a.state::text,
        a.contents::text, a.contents_sha256::text, a.schedule_sha256::text, a.sealed_at,
        l.zone::text,
        CASE WHEN paid_by <> '' THEN
            (SELECT y.id FROM repayments_payment y
                WHERE y.lender_id = a.lender_id AND y.source = paid_by)
        END,
        p.id, p.currency::text, p.standing::text, p.due_date, p.acted_until, p.next_action_date,
        p.open_minor, p.credit_minor, p.events_count, p.stopped::text, p.disputed_at,
        p.mandate_revoked_at, p.rests::json,
        (SELECT json_agg(r.evidence -> 'contents_sha256') FROM agreements_signing_record r
            WHERE r.agreement_id = a.id),
        (SELECT json_agg(json_build_array(
                t.number, t.id, t.loan_id, t.schedule_sha256, t.standing, t.prepaid_minor,
                t.returned_minor, t.credit_minor, t.vested_minor) ORDER BY t.number)
            FROM repayments_part t WHERE t.agreement_id = a.id),
        (SELECT json_agg(json_build_array(
                i.part, i.number, i.id, i.due_date, i.principal_minor, i.interest_minor,
                i.penalty_minor, i.fees_minor, i.paid_principal_minor, i.paid_interest_minor,
                i.paid_penalty_minor, i.paid_fees_minor, i.paid_late_minor, i.charge_minor,
                i.state))
            FROM repayments_due_item i WHERE i.agreement_id = a.id),
        CASE WHEN p.events_count > 0 THEN
            (SELECT json_agg(json_build_array(e.part, e.body) ORDER BY e.number)
                FROM repayments_event e WHERE e.agreement_id = a.id)
        END
        FROM agreements_agreement a
        JOIN lenders_lender l ON l.id = a.lender_id
        LEFT JOIN repayments_plan p ON p.agreement_id = a.id
        WHERE a.id = ANY (wanted);
END $$;
"""


def _lender() -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="lenders.lender",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("lenders", "0002_walls"),
        ("repayments", "0010_owed_again"),
    ]

    operations = [
        migrations.AlterField(model_name="payment", name="lender", field=_lender()),
        migrations.AlterField(model_name="suspense", name="lender", field=_lender()),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
    ]
