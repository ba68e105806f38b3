"""What the database itself refuses: another lender's rows, and changes to history.

Used in migrations: `operations = [..., *walls.tenant("cases_case"), *walls.append_only(...)]`.
The application connects as (or becomes) the role `repact_app`, which owns nothing and can bypass
nothing; migrations run as the owner.
"""

from __future__ import annotations

from django.db import connection, migrations

ROLE = "repact_app"

_OWN = "lender_id = NULLIF(current_setting('repact.lender_id', true), '')::uuid"

_CREATE_ROLE = f"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
        CREATE ROLE {ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
"""

_GRANT = f"""
GRANT {ROLE} TO CURRENT_USER;
GRANT USAGE ON SCHEMA public TO {ROLE};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {ROLE};
"""

REFUSE_CHANGE = """
CREATE OR REPLACE FUNCTION repact_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'repact: % is append-only, % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


def grant_application_role() -> None:
    """Create the application's role if absent and let it use every table there is now."""
    with connection.cursor() as cursor:
        cursor.execute(_CREATE_ROLE)
        cursor.execute(_GRANT)


def tenant(*tables: str) -> list[migrations.RunSQL]:
    """Row-level security: a connection sees and writes only its own lender's rows."""
    return [policy(table=table, condition=_OWN) for table in tables]


def through(*, table: str, column: str, parent: str) -> migrations.RunSQL:
    """Row-level security for a library's table that names its lender only through a parent."""
    condition = f"EXISTS (SELECT FROM {parent} WHERE {parent}.id = {table}.{column})"
    return policy(table=table, condition=condition)


def policy(*, table: str, condition: str) -> migrations.RunSQL:
    """Enable and force row-level security on `table` under one condition."""
    return migrations.RunSQL(
        f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY own_lender ON {table} USING ({condition}) WITH CHECK ({condition});
        """,
        f"DROP POLICY own_lender ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;",
    )


def append_only(*tables: str) -> list[migrations.RunSQL]:
    """History: no row is ever changed, deleted or truncated."""
    return [
        migrations.RunSQL(
            f"""
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
                FOR EACH ROW EXECUTE FUNCTION repact_refuse_change();
            CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION repact_refuse_change();
            """,
            f"""
            DROP TRIGGER append_only ON {table};
            DROP TRIGGER append_only_whole ON {table};
            """,
        )
        for table in tables
    ]
