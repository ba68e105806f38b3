from __future__ import annotations

from importlib import import_module

from django.db import migrations

BEFORE = import_module("repact.server.offers.migrations.0006_lapsed").MOVES
_LAPSES = "OR (OLD.state = 'used' AND NEW.state = 'lapsed'\n"
# As before, and: what was used is free again when its plan is taken back in its cooling-off days.
GIVEN_BACK = BEFORE.replace(
    _LAPSES, "OR (OLD.state = 'used' AND NEW.state IN ('lapsed', 'released')\n"
)


class Migration(migrations.Migration):
    dependencies = [("offers", "0011_alarm_seen")]

    operations = [migrations.RunSQL(GIVEN_BACK, BEFORE)]
