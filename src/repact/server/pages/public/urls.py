from __future__ import annotations

from django.urls import path

from repact.server.pages.public import agreements, consent, views

app_name = "public"
urlpatterns = [
    path("", views.start, name="start"),
    path("come-in/", views.come_in, name="come_in"),
    path("verify/", agreements.verify, name="verify"),
    path("shared/<slug:token>/", agreements.shared, name="shared"),
    path("sign/<slug:token>/", agreements.sign_beside, name="sign_beside"),
    path("consent/<str:token>/", consent.answer, name="consent"),
    path("healthz", views.health, name="health"),
]
