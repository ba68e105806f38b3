from __future__ import annotations

from django.db import migrations

# A queue is often empty, and a connection that first met it so kept the plan of that moment: each
# job's event looked for its job through the whole table, however long it had grown since. A test
# counts the rows that are read.
BY_KEY = "ALTER FUNCTION audit_record(jsonb, text[]) SET enable_seqscan = off"
AS_BEFORE = "ALTER FUNCTION audit_record(jsonb, text[]) RESET enable_seqscan"


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_record_at_once")]

    operations = [migrations.RunSQL(BY_KEY, AS_BEFORE)]
