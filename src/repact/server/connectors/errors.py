"""Refusals at the edge of the platform."""

from __future__ import annotations

from repact.errors import RepactError


class ConnectorError(RepactError):
    """A system outside did not answer as it should; nothing is known to have happened."""
