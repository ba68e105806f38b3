from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from repact.server.clock import ports
from repact.server.tenancy import walls

_LIFE = """
CREATE OR REPLACE FUNCTION agreements_agreement_life() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('draft', 'ready'), ('draft', 'void'),
        ('ready', 'signed_by_borrower'), ('ready', 'void'),
        ('signed_by_borrower', 'sealed'), ('signed_by_borrower', 'void'),
        ('sealed', 'in_force'),
        ('in_force', 'withdrawn'), ('in_force', 'breached'), ('in_force', 'completed'),
        ('in_force', 'superseded'),
        ('breached', 'in_force'), ('breached', 'completed'), ('breached', 'superseded')%s
    ) THEN
        RAISE EXCEPTION 'repact: no way from %% to %%', OLD.state, NEW.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state <> 'draft' AND (
        NEW.contents <> OLD.contents OR NEW.contents_sha256 <> OLD.contents_sha256
        OR NEW.schedule_sha256 <> OLD.schedule_sha256 OR NEW.reference <> OLD.reference
        OR NEW.borrower_id <> OLD.borrower_id OR NEW.offer_id <> OLD.offer_id
        OR NEW.replaces_id IS DISTINCT FROM OLD.replaces_id
    ) THEN
        RAISE EXCEPTION 'repact: agreement %% is written and stays as it is', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state = 'sealed' AND OLD.state <> 'sealed' AND EXISTS (
        SELECT FROM agreements_signature WHERE agreement_id = NEW.id AND state <> 'signed'
    ) THEN
        RAISE EXCEPTION 'repact: agreement %% still waits for a signature', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""
# A plan that was paid is open again when one of its payments is taken back.
REOPENED = _LIFE % ",\n        ('completed', 'in_force')"
NEVER = _LIFE % ""


class Migration(migrations.Migration):
    dependencies = [("agreements", "0007_clauses_seen")]

    operations = [
        migrations.AddField(
            model_name="paper",
            name="number",
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.RemoveConstraint(model_name="paper", name="agreements_paper_once"),
        migrations.AddConstraint(
            model_name="paper",
            constraint=models.UniqueConstraint(
                fields=("agreement", "kind", "number"), name="agreements_paper_once"
            ),
        ),
        migrations.CreateModel(
            name="Revocation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=ports.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("reason", models.CharField(max_length=40)),
                ("revoked_at", models.DateTimeField()),
                (
                    "lender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="lenders.lender",
                    ),
                ),
                (
                    "paper",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="revocation",
                        to="agreements.paper",
                    ),
                ),
            ],
            options={"db_table": "agreements_revocation"},
        ),
        *walls.tenant("agreements_revocation"),
        *walls.append_only("agreements_revocation"),
        migrations.RunSQL(REOPENED, NEVER),
    ]
