from __future__ import annotations

from django.db import migrations

# As before (0005), but planned for every statement, as the table is then. A plan that a connection
# had made while there were no entries walked through all entries of the lender for every entry.
WHOLE = """
CREATE OR REPLACE FUNCTION books_assert_whole() RETURNS trigger LANGUAGE plpgsql
    SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE subject uuid;
BEGIN
    EXECUTE $said$
        SELECT given.entry_id
            FROM (SELECT entry_id, lender_id, sum(amount_minor) AS total, count(*) AS lines,
                         max(number) AS last
                      FROM fresh GROUP BY entry_id, lender_id) given
            LEFT JOIN books_entry e ON e.id = given.entry_id
            WHERE given.total <> 0 OR given.lines IS DISTINCT FROM e.line_count
                OR given.last IS DISTINCT FROM e.line_count
                OR given.lender_id IS DISTINCT FROM e.lender_id
            LIMIT 1
    $said$ INTO subject;
    IF subject IS NOT NULL THEN
        RAISE EXCEPTION 'repact: entry % is not balanced', subject
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("books", "0005_lines_of_their_entry")]

    operations = [migrations.RunSQL(WHOLE, migrations.RunSQL.noop)]
