from __future__ import annotations

from django.db import migrations, models

# As before, and: what was used lapses once it no longer counts against a borrower's year.
MOVES = """
CREATE OR REPLACE FUNCTION offers_reservation_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    reserved bigint := 0;
    used bigint := 0;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.budget_id <> OLD.budget_id OR NEW.offer_set_id <> OLD.offer_set_id
            OR NEW.amount_minor > OLD.amount_minor
            OR NOT ((OLD.state = 'reserved' AND NEW.state IN ('reserved', 'used', 'released'))
                OR (OLD.state = 'used' AND NEW.state = 'lapsed'
                    AND NEW.amount_minor = OLD.amount_minor)) THEN
            RAISE EXCEPTION 'repact: a reservation only shrinks, and ends once'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF OLD.state = 'reserved' THEN reserved := -OLD.amount_minor; END IF;
        IF OLD.state = 'used' THEN used := -OLD.amount_minor; END IF;
    ELSIF NEW.state <> 'reserved' THEN
        RAISE EXCEPTION 'repact: a reservation begins reserved'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state = 'reserved' THEN reserved := reserved + NEW.amount_minor; END IF;
    IF NEW.state = 'used' THEN used := used + NEW.amount_minor; END IF;
    UPDATE offers_budget
        SET reserved_minor = reserved_minor + reserved, used_minor = used_minor + used
        WHERE id = NEW.budget_id;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("offers", "0005_stop"), ("lenders", "0002_walls")]

    operations = [
        migrations.RemoveConstraint(model_name="reservation", name="offers_reservation_words"),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.CheckConstraint(
                name="offers_reservation_words",
                condition=models.Q(
                    state__in=["reserved", "used", "released", "lapsed"], amount_minor__gte=0
                ),
            ),
        ),
        migrations.RunSQL(MOVES, migrations.RunSQL.noop),
    ]
