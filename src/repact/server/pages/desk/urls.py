from __future__ import annotations

from django.urls import path

from repact.server.pages.desk import (
    around,
    cases,
    money,
    offers,
    offers_approvals,
    offers_builder,
    offers_policies,
    offers_talk,
    oral,
    outside,
    signers,
)

app_name = "desk"
urlpatterns = [
    path("", cases.queue, name="queue"),
    path("cases/<uuid:case_id>/", cases.show, name="case"),
    path("cases/<uuid:case_id>/take/", cases.take, name="take"),
    path("cases/<uuid:case_id>/offers/prepare/", offers.prepare, name="prepare"),
    path("cases/<uuid:case_id>/offers/send/", offers.send, name="send"),
    path("cases/<uuid:case_id>/offers/ask/", offers_approvals.ask, name="ask_approval"),
    path("cases/<uuid:case_id>/offers/build/", offers_builder.build, name="build"),
    path(
        "cases/<uuid:case_id>/proposals/<uuid:entry_id>/",
        offers_talk.answer,
        name="answer_proposal",
    ),
    path("cases/<uuid:case_id>/do/<slug:what>/", around.change, name="change"),
    path("cases/<uuid:case_id>/signers/", signers.name, name="name_signers"),
    path("cases/<uuid:case_id>/oral/", oral.record, name="record_oral"),
    path("many/", around.many, name="many"),
    path("many/relief/<slug:what>/", around.change_relief, name="change_relief"),
    path("many/shared/<uuid:shared_id>/", around.decide_share, name="decide_share"),
    path("approvals/", offers_approvals.queue, name="approvals"),
    path("approvals/alarms/<uuid:alarm_id>/seen/", offers_approvals.see, name="see_alarm"),
    path("approvals/<uuid:approval_id>/", offers_approvals.show, name="approval"),
    path("policies/", offers_policies.show, name="policies"),
    path("policies/propose/", offers_policies.propose, name="propose_policy"),
    path("policies/switch/", offers_policies.switch, name="switch_offers"),
    path("policies/<uuid:version_id>/", offers_policies.version, name="policy"),
    path(
        "policies/proposals/<uuid:proposal_id>/decide/",
        offers_policies.decide,
        name="decide_policy",
    ),
    path("evidence/<uuid:file_id>/", cases.evidence, name="evidence"),
    path("evidence/<uuid:file_id>/decide/", cases.decide_evidence, name="decide_evidence"),
    path("money/", money.show, name="money"),
    path("money/<uuid:suspense_id>/assign/", money.assign, name="assign_money"),
    path("money/<uuid:suspense_id>/return/", money.give_back, name="return_money"),
    path("money/stopped/<uuid:agreement_id>/", money.resume, name="resume_charging"),
    path("outside/", outside.show, name="outside"),
    path("outside/disputes/<uuid:dispute_id>/", outside.answer_dispute, name="answer_dispute"),
    path("cases/<uuid:case_id>/messages/", outside.messages, name="messages"),
    path("cases/<uuid:case_id>/messages/write/", outside.write, name="write"),
]
