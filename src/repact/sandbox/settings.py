"""The demo's settings: the platform's own, with the sandbox beside it and a clock that moves."""

from __future__ import annotations

import os

os.environ["REPACT_DEMO"] = "1"

from repact.server.config.settings import *  # noqa: E402, F403 - settings are a flat namespace
from repact.server.config.settings import INSTALLED_APPS  # noqa: E402 - it must see demo mode

INSTALLED_APPS = [*INSTALLED_APPS, "repact.sandbox"]
ROOT_URLCONF = "repact.sandbox.urls"
