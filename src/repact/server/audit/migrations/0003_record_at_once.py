from __future__ import annotations

from django.db import migrations

# Events of one action, and the jobs that carry each of them forward, in one call. The jobs go in by
# the function of procrastinate that its own `defer` calls.
RECORD = """
CREATE FUNCTION audit_record(said jsonb, tasks text[]) RETURNS bigint[] LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    numbers bigint[];
    waiting procrastinate_job_to_defer_v1[];
BEGIN
    WITH made AS (
        INSERT INTO audit_event (id, lender_id, action, actor_role, actor_id, subject_id, case_id,
                                 facts, happened_at, recorded_at, digest)
            SELECT v.id, v.lender_id, v.action, v.actor_role, v.actor_id, v.subject_id, v.case_id,
                    v.facts, v.happened_at, v.recorded_at, decode(v.digest, 'hex')
                FROM jsonb_to_recordset(said) AS v(
                    id uuid, lender_id uuid, action text, actor_role text, actor_id uuid,
                    subject_id uuid, case_id uuid, facts jsonb, happened_at timestamptz,
                    recorded_at timestamptz, digest text)
            RETURNING number
    ) SELECT array_agg(number ORDER BY number) INTO numbers FROM made;
    IF cardinality(tasks) > 0 THEN
        SELECT array_agg(
                ROW('flow', task, 0, NULL, NULL,
                    jsonb_build_object('lender_id', event ->> 'lender_id',
                                       'event_id', event ->> 'id'),
                    NULL)::procrastinate_job_to_defer_v1 ORDER BY e, t)
            INTO waiting
            FROM jsonb_array_elements(said) WITH ORDINALITY g(event, e),
                 unnest(tasks) WITH ORDINALITY h(task, t);
        PERFORM procrastinate_defer_jobs_v1(waiting);
    END IF;
    RETURN numbers;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_walls"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]

    operations = [migrations.RunSQL(RECORD, "DROP FUNCTION audit_record(jsonb, text[])")]
