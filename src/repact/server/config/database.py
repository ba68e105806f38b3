"""Where the database is: DATABASE_URL, or an embedded PostgreSQL under `var/`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import dj_database_url

from repact.server.config import embedded

_TIMEOUTS = "-c statement_timeout=60000 -c lock_timeout=20000"


def configuration(var: Path, /) -> dict[str, Any]:
    """Django's DATABASES["default"]."""
    url = os.environ.get("DATABASE_URL") or embedded.url(var)
    database = dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True)
    database["OPTIONS"] = {**database.get("OPTIONS", {}), "options": _TIMEOUTS}
    if test_name := os.environ.get("REPACT_TEST_DB"):
        database["TEST"] = {"NAME": f"test_{test_name}"}
    return dict(database)
