"""The platform's addresses, and the stage in front of them."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("", include("repact.server.config.urls"))]
