from __future__ import annotations

from django.urls import path

from repact.server.pages.public import views

app_name = "public"
urlpatterns = [
    path("", views.start, name="start"),
    path("come-in/", views.come_in, name="come_in"),
    path("healthz", views.health, name="health"),
]
