from __future__ import annotations

from django.urls import path

from repact.server.pages.desk import cases, offers

app_name = "desk"
urlpatterns = [
    path("", cases.queue, name="queue"),
    path("cases/<uuid:case_id>/", cases.show, name="case"),
    path("cases/<uuid:case_id>/take/", cases.take, name="take"),
    path("cases/<uuid:case_id>/offers/prepare/", offers.prepare, name="prepare"),
    path("cases/<uuid:case_id>/offers/send/", offers.send, name="send"),
    path("evidence/<uuid:file_id>/", cases.evidence, name="evidence"),
    path("evidence/<uuid:file_id>/decide/", cases.decide_evidence, name="decide_evidence"),
]
