"""A debt that the lender no longer counts on: what was agreed goes on."""

from __future__ import annotations

import dataclasses

from repact.plans.servicing.replay import replay
from tests.unit.plans.servicing.contents import agreement, day, happened

GONE = {"kind": "write_off", "on": "02-01", "id": "w"}


class TestAWriteOff:
    def test_changes_nothing_that_was_agreed(self):
        made = agreement()
        state = replay(made, happened(GONE), day("02-20"))
        assert state.written_off_on == day("02-01")
        assert dataclasses.replace(state, written_off_on=None) == replay(made, (), day("02-20"))

    def test_that_never_happened_leaves_no_trace(self):
        undone = {"kind": "reversal", "on": "02-02", "of": "w", "id": "u"}
        assert replay(agreement(), happened(GONE, undone), day("02-20")).written_off_on is None
