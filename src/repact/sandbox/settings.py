"""The demo's settings: the platform's own, with the sandbox beside it and a clock that moves."""

from __future__ import annotations

import os
import sys

os.environ["REPACT_DEMO"] = "1"

from repact.sandbox import supervisor
from repact.server.config.settings import *  # noqa: F403 - settings are a flat namespace
from repact.server.config.settings import (
    CONTENT_SECURITY_POLICY,
    INSTALLED_APPS,
    REPACT_WALLET_URL,
)

if sys.platform == "linux" and os.environ.get(supervisor.SUPERVISED):
    supervisor.die_with_parent()  # the web server's own children, too, end with the demo

INSTALLED_APPS = [*INSTALLED_APPS, "repact.sandbox"]
ROOT_URLCONF = "repact.sandbox.urls"
X_FRAME_OPTIONS = "SAMEORIGIN"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": CONTENT_SECURITY_POLICY["DIRECTIVES"]
    | {"frame-ancestors": ["'self'"], "frame-src": ["'self'", REPACT_WALLET_URL]}
}
