from __future__ import annotations

from django.urls import path

from repact.server.pages.borrower import (
    agreement,
    application,
    around,
    entry,
    home,
    offers,
    offers_own,
    outside,
    plan,
    signed,
    ways,
)

app_name = "borrower"
urlpatterns = [
    path("launch/", entry.launch, name="launch"),
    path("sign-out/", entry.sign_out, name="sign_out"),
    path("home/", home.home, name="home"),
    path("home/pay/", home.pay, name="pay"),
    path("ways/", ways.show, name="ways"),
    path("ways/do/", ways.act, name="ways_act"),
    path("plan/", plan.options, name="options"),
    path("plan/do/", plan.act, name="act"),
    path("plan/receipt/<uuid:payment_id>/", plan.receipt, name="receipt"),
    path("apply/", application.begin, name="apply"),
    path("apply/<uuid:case_id>/", application.resume, name="resume"),
    path("apply/<uuid:case_id>/<slug:screen>/", application.question, name="question"),
    path("case/<uuid:case_id>/", home.progress, name="progress"),
    path("case/<uuid:case_id>/do/<slug:what>/", around.change, name="change"),
    path("relief/<uuid:program_id>/", around.accept_relief, name="accept_relief"),
    path("lenders/<uuid:shared_id>/", around.open_shared, name="open_shared"),
    path("case/<uuid:case_id>/offers/", offers.compare, name="compare"),
    path("case/<uuid:case_id>/offers/<uuid:offer_id>/", offers.schedule, name="offer_schedule"),
    path("case/<uuid:case_id>/plan/", offers_own.plan, name="own_number"),
    path("case/<uuid:case_id>/plan/ask/", offers_own.ask, name="ask_for"),
    path("case/<uuid:case_id>/talk/", offers_own.talk, name="talk"),
    path(
        "case/<uuid:case_id>/talk/<uuid:entry_id>/withdraw/",
        offers_own.withdraw,
        name="withdraw_proposal",
    ),
    path("case/<uuid:case_id>/messages/", outside.messages, name="messages"),
    path("case/<uuid:case_id>/messages/write/", outside.write, name="write"),
    path("agreement/<uuid:agreement_id>/record/", outside.record, name="record"),
    path(
        "agreement/<uuid:agreement_id>/record/<uuid:report_id>/dispute/",
        outside.dispute,
        name="dispute",
    ),
    path("agreement/<uuid:agreement_id>/", agreement.show, name="agreement"),
    path("agreement/<uuid:agreement_id>/costs/", agreement.cost_sheet, name="cost_sheet"),
    path("agreement/<uuid:agreement_id>/facts/", agreement.key_facts, name="key_facts"),
    path("agreement/<uuid:agreement_id>/sign/", agreement.sign, name="sign"),
    path("agreement/<uuid:agreement_id>/schedule/", agreement.schedule, name="schedule"),
    path("agreement/<uuid:agreement_id>/share/", signed.share, name="share"),
    path("agreement/<uuid:agreement_id>/copy/", signed.copy, name="copy"),
    path("agreement/<uuid:agreement_id>/papers/<slug:kind>.pdf", signed.paper, name="paper"),
    path("agreement/<uuid:agreement_id>/agreement.pdf", agreement.pdf, name="pdf"),
]
