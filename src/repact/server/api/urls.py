from __future__ import annotations

from django.urls import path

from repact.server.api import v1

urlpatterns = [path("", v1.api.urls)]
