"""The one door to the machine, and the wire that trips who goes around it."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime

import pytest

from repact.server.clock import ports


class Still(ports.MachinePorts):
    def now(self) -> datetime:
        return datetime(2026, 11, 24, tzinfo=UTC)


class TestTheDoor:
    def test_gives_ids_in_order_of_time(self):
        made = [ports.new_id() for _ in range(200)]
        assert len(set(made)) == 200
        assert {made_id.version for made_id in made} == {7}
        assert {made_id.variant for made_id in made} == {uuid.RFC_4122}
        with ports.using(Still()):
            first = ports.new_id()
        assert first < ports.new_id() or ports.now() < Still().now()

    def test_gives_digits_of_the_length_asked(self):
        assert all(len(ports.digits(6)) == 6 and ports.digits(6).isdigit() for _ in range(50))

    def test_is_the_machines_again_after_the_block(self):
        with ports.using(Still()):
            assert ports.now() == Still().now()
        assert ports.now() != Still().now()


def test_the_wire_trips():
    """Code of ours that asks the machine by itself is stopped, whatever a linter saw."""
    ours = {"__name__": "repact.server.cases.actions", "time": time}
    with pytest.raises(AssertionError, match="asked the machine for time"):
        exec("time.time()", ours)  # noqa: S102 - stands in for a line of ours
    theirs = {"__name__": "django.core", "time": time}
    exec("time.time()", theirs)  # noqa: S102 - likewise
