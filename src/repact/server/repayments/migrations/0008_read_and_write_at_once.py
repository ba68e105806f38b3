from __future__ import annotations

from django.db import migrations

# Everything the tables keep of some plans, in one call. With `locked` the agreements are locked
# first, in the order of their ids, and what is read after that is what stands once they are:
# each statement of a function sees what was committed before it began.
KEPT = """
CREATE FUNCTION repayments_kept(wanted uuid[], locked boolean, paid_by text)
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
        (SELECT y.id FROM repayments_payment y
            WHERE y.lender_id = a.lender_id AND y.source = paid_by),
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

# What happened to some plans, in one call: each list is one statement, judged by the same walls,
# constraints and triggers as any other.
WRITE = """
CREATE FUNCTION repayments_write(lender uuid, said jsonb) RETURNS void LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    INSERT INTO repayments_event
            (id, lender_id, agreement_id, part, number, kind, on_date, body, recorded_at)
        SELECT v.id, lender, v.agreement_id, v.part, v.number, v.kind, v.on_date, v.body,
                v.recorded_at
            FROM jsonb_to_recordset(said -> 'events') AS v(
                id uuid, agreement_id uuid, part smallint, number integer, kind text,
                on_date date, body jsonb, recorded_at timestamptz);
    UPDATE repayments_due_item t SET
            due_date = v.due_date, principal_minor = v.principal_minor,
            interest_minor = v.interest_minor, penalty_minor = v.penalty_minor,
            fees_minor = v.fees_minor, paid_principal_minor = v.paid_principal_minor,
            paid_interest_minor = v.paid_interest_minor,
            paid_penalty_minor = v.paid_penalty_minor, paid_fees_minor = v.paid_fees_minor,
            paid_late_minor = v.paid_late_minor, charge_minor = v.charge_minor, state = v.state
        FROM jsonb_to_recordset(said -> 'items') AS v(
            id uuid, due_date date, principal_minor bigint, interest_minor bigint,
            penalty_minor bigint, fees_minor bigint, paid_principal_minor bigint,
            paid_interest_minor bigint, paid_penalty_minor bigint, paid_fees_minor bigint,
            paid_late_minor bigint, charge_minor bigint, state text)
        WHERE t.id = v.id;
    UPDATE repayments_part t SET
            standing = v.standing, prepaid_minor = v.prepaid_minor,
            returned_minor = v.returned_minor, credit_minor = v.credit_minor,
            vested_minor = v.vested_minor
        FROM jsonb_to_recordset(said -> 'parts') AS v(
            id uuid, standing text, prepaid_minor bigint, returned_minor bigint,
            credit_minor bigint, vested_minor bigint)
        WHERE t.id = v.id;
    UPDATE repayments_plan t SET
            standing = v.standing, due_date = v.due_date, acted_until = v.acted_until,
            next_action_date = v.next_action_date, open_minor = v.open_minor,
            credit_minor = v.credit_minor, events_count = v.events_count,
            stopped = v.stopped, disputed_at = v.disputed_at,
            mandate_revoked_at = v.mandate_revoked_at, rests = v.rests
        FROM jsonb_to_recordset(said -> 'plans') AS v(
            id uuid, standing text, due_date date, acted_until date, next_action_date date,
            open_minor bigint, credit_minor bigint, events_count integer, stopped text,
            disputed_at timestamptz, mandate_revoked_at timestamptz, rests jsonb)
        WHERE t.id = v.id;
    INSERT INTO repayments_payment
            (id, lender_id, agreement_id, source, amount_minor, currency, value_date, received_at,
             allocation, payer, payer_account, cash_account)
        SELECT v.id, lender, v.agreement_id, v.source, v.amount_minor, v.currency, v.value_date,
                v.received_at, v.allocation, v.payer, v.payer_account, v.cash_account
            FROM jsonb_to_recordset(said -> 'payments') AS v(
                id uuid, agreement_id uuid, source text, amount_minor bigint, currency text,
                value_date date, received_at timestamptz, allocation jsonb, payer text,
                payer_account text, cash_account text);
END $$;
"""
# The same money cannot be both posted and kept in suspense: as before, without planning its
# question anew for every row.
SOURCE_ONCE = """
CREATE OR REPLACE FUNCTION repayments_source_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE taken boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.lender_id::text || NEW.source, 0));
    IF TG_ARGV[0] = 'repayments_suspense' THEN
        SELECT EXISTS (SELECT FROM repayments_suspense
            WHERE lender_id = NEW.lender_id AND source = NEW.source) INTO taken;
    ELSE
        SELECT EXISTS (SELECT FROM repayments_payment
            WHERE lender_id = NEW.lender_id AND source = NEW.source) INTO taken;
    END IF;
    IF taken THEN
        RAISE EXCEPTION 'repact: source % was received already', NEW.source
            USING ERRCODE = 'unique_violation';
    END IF;
    RETURN NEW;
END $$;
"""
NO_KEPT = "DROP FUNCTION repayments_kept(uuid[], boolean, text)"
NO_WRITE = "DROP FUNCTION repayments_write(uuid, jsonb)"


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0008_reopened"),
        ("repayments", "0007_rests"),
    ]

    operations = [
        migrations.RunSQL(KEPT, NO_KEPT),
        migrations.RunSQL(WRITE, NO_WRITE),
        migrations.RunSQL(SOURCE_ONCE, migrations.RunSQL.noop),
    ]
