from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from repact.server.tenancy import walls

# All lines of an entry come in one statement, numbered 1 to n, and add up to 0: judged at once for
# the whole statement, without reading the table. A line that comes later has a number too high or
# one that is taken. The deferred trigger on the entry looks at the table itself when the
# transaction ends. The settings keep the planner on the keys, however small a table once was.
WHOLE = """
DROP TRIGGER balanced ON books_posting;
CREATE FUNCTION books_assert_whole() RETURNS trigger LANGUAGE plpgsql
    SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE subject uuid;
BEGIN
    SELECT given.entry_id INTO subject
        FROM (SELECT entry_id, sum(amount_minor) AS total, count(*) AS lines, max(number) AS last
                  FROM fresh GROUP BY entry_id) given
        LEFT JOIN books_entry e ON e.id = given.entry_id
        WHERE given.total <> 0 OR given.lines IS DISTINCT FROM e.line_count
            OR given.last IS DISTINCT FROM e.line_count
        LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'repact: entry % is not balanced', subject
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER whole AFTER INSERT ON books_posting REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION books_assert_whole();
"""
BALANCE = """
CREATE OR REPLACE FUNCTION books_assert_balanced() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off AS $$
DECLARE
    total numeric;
    lines bigint;
    acting text := current_setting('repact.lender_id', true);
    other boolean := acting IS DISTINCT FROM NEW.lender_id::text;
BEGIN
    IF other THEN
        PERFORM set_config('repact.lender_id', NEW.lender_id::text, true);
    END IF;
    SELECT COALESCE(sum(amount_minor), 0), count(*) INTO total, lines
        FROM books_posting WHERE entry_id = NEW.id;
    IF other THEN
        PERFORM set_config('repact.lender_id', COALESCE(acting, ''), true);
    END IF;
    IF total <> 0 OR lines < 2 OR lines <> NEW.line_count THEN
        RAISE EXCEPTION 'repact: entry % is not balanced (sum %, lines %)', NEW.id, total, lines
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
"""
POST = """
CREATE OR REPLACE FUNCTION books_post(
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
        INSERT INTO books_posting (id, lender_id, entry_id, number, account, amount_minor)
            SELECT p, lender, entry, n, a, m
                FROM unnest(posting_ids, accounts, amounts) WITH ORDINALITY t(p, a, m, n);
        RETURN NULL;
    END IF;
    SELECT e.digest INTO known FROM books_entry e
        WHERE e.lender_id = lender AND e.source = books_post.source;
    RETURN known;
END $$;
"""
# Entries of one batch in two statements. What was posted before is left out, and named when it was
# posted with other content.
POST_MANY = """
CREATE FUNCTION books_post_many(
    lender uuid, recorded_at timestamptz, ids uuid[], sources text[], templates text[],
    days date[], currencies text[], agreements uuid[], digests bytea[], counts int[],
    line_ids uuid[], line_entries uuid[], numbers int[], accounts text[], amounts bigint[],
    OUT made integer, OUT reused text
) LANGUAGE plpgsql AS $$
DECLARE fresh uuid[];
BEGIN
    WITH new AS (
        INSERT INTO books_entry (id, lender_id, source, template, happened_on, recorded_at,
                                 currency, agreement_id, line_count, digest)
            SELECT i, lender, s, t, d, books_post_many.recorded_at, c, a, n, x
                FROM unnest(ids, sources, templates, days, currencies, agreements, counts, digests)
                    g(i, s, t, d, c, a, n, x)
            ON CONFLICT ON CONSTRAINT books_entry_source DO NOTHING RETURNING id
    ) SELECT array_agg(id) INTO fresh FROM new;
    made := COALESCE(cardinality(fresh), 0);
    IF made = cardinality(ids) THEN
        INSERT INTO books_posting (id, lender_id, entry_id, number, account, amount_minor)
            SELECT p, lender, e, n, a, m
                FROM unnest(line_ids, line_entries, numbers, accounts, amounts) g(p, e, n, a, m);
    ELSE
        INSERT INTO books_posting (id, lender_id, entry_id, number, account, amount_minor)
            SELECT p, lender, e, n, a, m
                FROM unnest(line_ids, line_entries, numbers, accounts, amounts) g(p, e, n, a, m)
                WHERE e = ANY (fresh);
        SELECT g.s INTO reused FROM unnest(sources, digests) g(s, x)
            JOIN books_entry k ON k.lender_id = lender AND k.source = g.s
            WHERE k.digest <> g.x LIMIT 1;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0003_line_numbers_and_codes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="posting",
            name="number",
            field=models.PositiveSmallIntegerField(),
        ),
        migrations.AlterField(
            model_name="posting",
            name="entry",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="postings",
                to="books.entry",
            ),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.UniqueConstraint(
                fields=("entry", "number"), name="books_posting_number"
            ),
        ),
        *walls.tenant("books_account_code"),
        *walls.append_only("books_account_code"),
        migrations.RunSQL(WHOLE, migrations.RunSQL.noop),
        migrations.RunSQL(BALANCE, migrations.RunSQL.noop),
        migrations.RunSQL(POST, migrations.RunSQL.noop),
        migrations.RunSQL(POST_MANY, migrations.RunSQL.noop),
    ]
