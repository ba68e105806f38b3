"""Every page's address."""

from __future__ import annotations

from django.urls import include, path
from django.views.i18n import set_language

from repact.server.pages import access

urlpatterns = [
    path("", include("repact.server.pages.public.urls")),
    path("", include("repact.server.pages.borrower.urls")),
    path("desk/", include("repact.server.pages.desk.urls")),
    path("staff/", include("repact.server.pages.staff_urls")),
    path("language/", access.public(set_language), name="language"),
]
