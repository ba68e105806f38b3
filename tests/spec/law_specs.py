"""All sentences about the law, in the order of the rooms that keep it."""

from __future__ import annotations

from tests.spec import law_specs_people, law_specs_plans, law_specs_rates

SPECS = (*law_specs_rates.SPECS, *law_specs_plans.SPECS, *law_specs_people.SPECS)
