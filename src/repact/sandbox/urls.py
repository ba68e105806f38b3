"""The platform's addresses, and the stage in front of them."""

from __future__ import annotations

from django.urls import include, path

from repact.sandbox import stage

urlpatterns = [
    path("stage/", stage.stage, name="stage"),
    path("stage/clock/", stage.move_clock, name="stage_clock"),
    path("stage/borrower/<slug:key>/", stage.enter_as_borrower, name="stage_borrower"),
    path("stage/staff/<str:email>/", stage.enter_as_staff, name="stage_staff"),
    path("", include("repact.server.config.urls")),
]
