from __future__ import annotations

from django.db import migrations

from repact.server.tenancy import walls

# Checked when the transaction ends, so that lines may come in any order. A line added to an entry
# of an earlier transaction makes its count differ, so a finished entry stays as it is. It looks as
# the lender of the row, whoever the connection acts for by then.
BALANCE = """
CREATE FUNCTION books_assert_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    subject uuid := (to_jsonb(NEW) ->> TG_ARGV[0])::uuid;
    total numeric;
    lines bigint;
    said integer;
    acting text := current_setting('repact.lender_id', true);
BEGIN
    PERFORM set_config('repact.lender_id', NEW.lender_id::text, true);
    SELECT line_count INTO said FROM books_entry WHERE id = subject;
    SELECT COALESCE(sum(amount_minor), 0), count(*) INTO total, lines
        FROM books_posting WHERE entry_id = subject;
    PERFORM set_config('repact.lender_id', COALESCE(acting, ''), true);
    IF total <> 0 OR lines < 2 OR lines IS DISTINCT FROM said THEN
        RAISE EXCEPTION 'repact: entry % is not balanced (sum %, lines %)', subject, total, lines
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
"""
TRIGGER = """
CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON {table}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION books_assert_balanced('{key}');
"""
POST = """
CREATE FUNCTION books_post(
    lender uuid, entry uuid, source text, template text, happened_on date,
    recorded_at timestamptz, currency text, agreement uuid, digest bytea,
    posting_ids uuid[], accounts text[], amounts bigint[]
) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE known bytea;
BEGIN
    INSERT INTO books_entry (id, lender_id, source, template, happened_on, recorded_at, currency,
                             agreement_id, line_count, digest)
        VALUES (entry, lender, source, template, happened_on, recorded_at, currency, agreement,
                cardinality(amounts), digest)
        ON CONFLICT ON CONSTRAINT books_entry_source DO NOTHING;
    IF FOUND THEN
        INSERT INTO books_posting (id, lender_id, entry_id, account, amount_minor)
            SELECT p, lender, entry, a, m FROM unnest(posting_ids, accounts, amounts) t(p, a, m);
        RETURN NULL;
    END IF;
    SELECT e.digest INTO known FROM books_entry e
        WHERE e.lender_id = lender AND e.source = books_post.source;
    RETURN known;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("books", "0001_initial"), ("tenancy", "0001_initial")]

    operations = [
        *walls.tenant("books_entry", "books_posting"),
        *walls.append_only("books_entry", "books_posting"),
        migrations.RunSQL(BALANCE, "DROP FUNCTION books_assert_balanced()"),
        migrations.RunSQL(TRIGGER.format(table="books_entry", key="id"), migrations.RunSQL.noop),
        migrations.RunSQL(
            TRIGGER.format(table="books_posting", key="entry_id"), migrations.RunSQL.noop
        ),
        migrations.RunSQL(POST, migrations.RunSQL.noop),
    ]
