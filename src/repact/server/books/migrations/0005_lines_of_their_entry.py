from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

# A line belongs to an entry that is there, and to that entry's lender: judged with the rest, at
# once for the whole statement. Two foreign keys said the same line by line when the transaction
# ended, at three quarters of what committing a payment cost. That an entry does not go away is
# seen to by `append_only`; that its lender is one, by the entry's own key.
WHOLE = """
CREATE OR REPLACE FUNCTION books_assert_whole() RETURNS trigger LANGUAGE plpgsql
    SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE subject uuid;
BEGIN
    SELECT given.entry_id INTO subject
        FROM (SELECT entry_id, lender_id, sum(amount_minor) AS total, count(*) AS lines,
                     max(number) AS last
                  FROM fresh GROUP BY entry_id, lender_id) given
        LEFT JOIN books_entry e ON e.id = given.entry_id AND e.lender_id = given.lender_id
        WHERE given.total <> 0 OR given.lines IS DISTINCT FROM e.line_count
            OR given.last IS DISTINCT FROM e.line_count
        LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'repact: entry % is not balanced', subject
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("books", "0004_posting_fast"), ("lenders", "0001_initial")]

    operations = [
        migrations.RunSQL(WHOLE, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="posting",
            name="lender",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="lenders.lender",
            ),
        ),
        migrations.AlterField(
            model_name="posting",
            name="entry",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="postings",
                to="books.entry",
            ),
        ),
    ]
