"""Every address of the platform."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("repact.server.pages.urls")),
    path("api/v1/", include("repact.server.api.urls")),
]
