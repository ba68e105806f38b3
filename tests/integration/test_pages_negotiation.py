"""Negotiating on pages, without a script: what is said, by whom, and in which language."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from repact.server.audit import actor
from repact.server.audit.models import Event
from repact.server.cases import actions as case_actions
from repact.server.cases.models import Case, HoldExtension, LimitationNote, SharedRequest
from repact.server.clock import ports
from repact.server.loans import actions as loan_actions
from repact.server.loans import queries as loan_queries
from repact.server.loans.models import Loan
from repact.server.offers import approving, negotiating, queries
from repact.server.offers.errors import OfferError
from repact.server.offers.models import Alarm, Offer, OfferSet
from repact.server.pages import language, rules
from repact.server.people.doors import NotAllowedError
from repact.server.reviews import actions as review_actions
from repact.server.reviews.models import RULES, Refusal
from tests.integration.negotiating import draft, tiers, with_policy
from tests.integration.test_pages_around import desk, do
from tests.integration.world import ANSWERS, run_jobs


def in_english(client):
    client.cookies[language.COOKIE] = "en"
    return client


class TestAnAlarm:
    @pytest.fixture
    def alarm(self, world):
        offer_set = world.offered(world.borrower())
        return Alarm.objects.create(
            lender_id=world.lender.id, kind="twins_differ", subject_id=offer_set.id, facts={},
            raised_at=world.now,
        )  # fmt: skip

    def test_is_on_the_page_of_approvals_until_a_supervisor_has_looked(self, world, site, alarm):
        boss, seen = site(actor.SUPERVISOR), reverse("desk:see_alarm", args=[alarm.id])
        page = boss.get(reverse("desk:approvals")).text
        assert seen in page
        assert reverse("desk:case", args=[queries.alarms()[0][1]]) in page
        assert boss.post(seen).url == reverse("desk:approvals")
        assert seen not in boss.get(reverse("desk:approvals")).text
        alarm.refresh_from_db()
        assert (alarm.seen_by, alarm.seen_at) == (world.staff(actor.SUPERVISOR).id, world.now)
        boss.post(seen)
        assert Event.objects.filter(action="offers.see_alarm").count() == 1

    def test_is_read_by_an_auditor_and_not_by_an_agent(self, site, alarm):
        address, seen = reverse("desk:approvals"), reverse("desk:see_alarm", args=[alarm.id])
        auditor, agent = site(actor.AUDITOR), site(actor.AGENT)
        words = "同样的事实算出了与之前不同的方案"
        assert words in auditor.get(address).text
        assert words not in agent.get(address).text
        assert seen not in auditor.get(address).text
        assert {auditor.post(seen).status_code, agent.post(seen).status_code} == {403}

    def test_is_seen_by_a_supervisor_alone(self, world, alarm):
        with pytest.raises(NotAllowedError):
            approving.see_alarm(by=world.staff(), alarm_id=alarm.id, now=world.now)
        boss = world.staff(actor.SUPERVISOR)
        with pytest.raises(OfferError, match=r"offers\.not_found"):
            approving.see_alarm(by=boss, alarm_id=boss.id, now=world.now)


class TestTheComparePage:
    def test_says_what_the_plans_still_depend_on(self, world, site):
        by = world.borrower()
        offer_set = world.offered(by)
        condition = {"kinds": ["pay_slip", "bank_statement"], "later_days": 30, "trial_rows": 2}
        address = reverse("borrower:compare", args=[offer_set.case_id])
        client = site("borrower")
        Offer.objects.update(condition=None)
        assert "以什么为条件" not in client.get(address).text
        Offer.objects.update(condition=condition)
        page = client.get(address).text
        assert "你有 30 天时间；在此之前，前 2 期为试行期" in page
        page = in_english(client).get(address).text
        assert "You have 30 days for it; until then the first 2 payments are a trial." in page

    def test_warns_before_a_debt_out_of_time_is_promised(self, world, site):
        offer_set = world.offered(world.borrower())
        address, client = reverse("borrower:compare", args=[offer_set.case_id]), site("borrower")
        warning = "答应任何事之前请先读这个"
        assert warning not in client.get(address).text
        note = LimitationNote.objects.create(
            lender_id=world.lender.id, case_id=offer_set.case_id, loan_id=offer_set.loan_id,
            barred_date="2023-01-01", noted_at=world.now,
        )  # fmt: skip
        page = client.get(address).text
        assert reverse("borrower:change", args=[note.case_id, "acknowledge"]) in page
        assert page.index("acknowledge") < page.index('name="plan"')  # no form inside another
        assert "time limit to claim it in court ran out" in in_english(client).get(address).text


class TestADebtThatMovedBetweenOfferAndSignature:
    def moved(self, world, by: int) -> tuple[OfferSet, Offer]:
        """A set whose debt was moved by a posting, issued anew by the job that follows it."""
        offer_set = world.offered(world.borrower())
        seen = offer_set.offers_in_order[0]
        loan = Loan.objects.get(id=offer_set.loan_id)
        loan.principal_minor += by
        loan.overdue_principal_minor = min(loan.overdue_principal_minor, loan.principal_minor)
        loan.save()
        loan_actions.tell_moved(by=world.system, loan_ids=[loan.id], now=world.now)
        run_jobs()
        return queries.sent_set(offer_set.case_id), seen

    def choose(self, client, offer: Offer):
        address = reverse("borrower:compare", args=[offer.case_id])
        return client.post(address, {"plan": f"{offer.id}:{offer.content_sha256}"})

    def test_for_the_better_is_said_in_one_sentence_and_asks_nobody_again(self, world, site):
        new, seen = self.moved(world, -100_000)
        client = in_english(site("borrower"))
        page = client.get(reverse("borrower:compare", args=[new.case_id])).text
        assert page.count("so the plans were worked out again.") == 1
        assert "got worse" not in page
        assert self.choose(client, seen).status_code == 302
        assert Offer.objects.get(state="chosen").offer_set_id == new.id

    def test_for_the_worse_is_said_in_one_sentence_and_is_asked_again(self, world, site):
        new, seen = self.moved(world, 100_000)
        client = in_english(site("borrower"))
        page = client.get(reverse("borrower:compare", args=[new.case_id])).text
        assert page.count("so the plans were worked out again.") == 1
        assert "Some figures got worse; please look again." in page
        answer = self.choose(client, seen)
        assert answer.status_code == 409
        assert "The figures changed since you looked." in answer.text
        assert not Offer.objects.filter(state="chosen").exists()
        assert self.choose(client, new.offers_in_order[0]).status_code == 302


class TestARefusalOfASet:
    def test_is_chosen_from_lists_and_read_in_both_languages(self, world, site):
        with_policy(world, authority=tiers(automatic=0, agent=0, supervisor=99_000_000))
        by, agent = world.borrower(), world.staff()
        offer_set = draft(world, by, agent)
        asked = approving.ask_approval(by=agent, set_id=offer_set.id, message="", now=world.now)
        boss, address = site(actor.SUPERVISOR), reverse("desk:approval", args=[asked.id])
        for rule in approving.REFUSING:
            assert f'value="{rule}"' in boss.get(address).text
        assert boss.post(address, {"verdict": "refuse", "reason": "太多"}).status_code == 409
        form = {"verdict": "refuse", "rule": "policy.evidence_needed", "alternative": "evidence"}
        assert boss.post(address, form).status_code == 302
        client, talk = site("borrower"), reverse("borrower:talk", args=[offer_set.case_id])
        assert "要先有一份材料。" in client.get(talk).text
        page = in_english(client).get(talk).text
        assert "It needs a document first. Instead: a paper that shows the difficulty" in (
            " ".join(page.split())
        )

    def test_names_only_rules_that_have_a_sentence(self):
        assert set(approving.REFUSING) <= set(rules.RULES)
        assert {rule for rule in RULES if rule.startswith("policy.")} <= set(rules.RULES)


class TestARefusalOfACase:
    def refused(self, world, site) -> Case:
        case = world.submitted(world.borrower())
        review_actions.take(by=world.staff(), case_id=case.id, now=world.now)
        desk(site(actor.AGENT), case, "refuse", rule="policy.owed_too_large", change="person",
             words="")  # fmt: skip
        return case

    def test_names_the_rule_of_the_policy_by_its_id(self, world, site):
        case = self.refused(world, site)
        assert Refusal.objects.get().rule == "policy.owed_too_large"
        client, address = site("borrower"), reverse("borrower:progress", args=[case.id])
        assert "What is owed is more than a plan here may cover." in (
            in_english(client).get(address).text
        )

    def test_says_no_rule_that_is_in_no_list(self, world, site):
        case = world.submitted(world.borrower())
        review_actions.take(by=world.staff(), case_id=case.id, now=world.now)
        for rule in ("outside_policy", "policy.because", ""):
            answer = desk(site(actor.AGENT), case, "refuse", rule=rule, change="person", words="")
            assert answer.status_code == 409

    def test_is_appealed_with_the_pause_kept_and_decided_by_another(self, world, site):
        case = self.refused(world, site)
        do(site("borrower"), case, "appeal", words="工资单补上了")
        until = loan_queries.hold_until(case.id)
        assert until >= world.now.date() + timedelta(days=30)
        own = desk(site(actor.AGENT), case, "decide-appeal", answer="overturn", words="")
        assert own.status_code == 409
        case.refresh_from_db()
        assert (case.state, Refusal.objects.get().outcome) == ("appealed", "")
        desk(site(actor.SUPERVISOR), case, "decide-appeal", answer="uphold", words="金额太大")
        case.refresh_from_db()
        assert (case.state, Refusal.objects.get().outcome) == ("refused", "upheld")
        assert loan_queries.hold_until(case.id) == until
        page = site("borrower").get(reverse("borrower:progress", args=[case.id])).text
        assert "金额太大" in page


class TestRulesOfLaw:
    def test_are_said_by_their_own_line_in_both_languages(self, world, site):
        case = world.submitted(world.borrower())
        case.loans.update(limitation_from_date="2020-01-01")
        review_actions.take(by=world.staff(), case_id=case.id, now=world.now)
        agent, address = site(actor.AGENT), reverse("desk:case", args=[case.id])
        agent.post(reverse("desk:prepare", args=[case.id]))
        chinese, english = agent.get(address).text, in_english(agent).get(address).text
        assert "CN-CC-192）" in chinese
        assert "CN-CC-192)" in english

    def test_known_from_memory_are_called_so(self):
        assert "not confirmed" in rules.words("CN-CONSPROT-15") or "未核实" in rules.words(
            "CN-CONSPROT-15"
        )

    def test_nobody_knows_are_named_by_their_id(self):
        for unknown in ("CN-NOTHING", "XX-1", "policy.nothing"):
            assert unknown in rules.words(unknown)


class TestAnotherLendersPart:
    def test_is_asked_for_by_one_tap_on_the_page(self, world, site):
        by, client = world.borrower(), site("borrower")
        row = SharedRequest.objects.create(
            lender_id=world.lender.id, request_id=ports.new_id(), borrower_id=by.id, origin=False,
            consent_sha256="0" * 64, consented_at=world.now, monthly_minor=90_000,
            owed_minor=500_000, share_minor=40_000, state="shared",
            totals={"lenders": 2, "owed_minor": 900_000},
        )  # fmt: skip
        address = reverse("borrower:open_shared", args=[row.id])
        page = client.get(reverse("borrower:home")).text
        assert address in page
        assert "400.00" in page
        assert "还没有申请" in site(actor.AGENT).get(reverse("desk:many")).text
        answer = client.post(address)
        assert answer.status_code == 302, answer.text
        case = Case.objects.get(borrower_id=by.id)
        assert case.answers["ability"]["monthly_minor"] == 40_000
        assert address not in client.get(reverse("borrower:home")).text
        assert str(case.id) in site(actor.AGENT).get(reverse("desk:many")).text


WORDS = {
    "pre_suit": ("没有进入法院", "No court has this debt", "No court has it."),
    "filed": ("已起诉到法院", "filed with a court", "The court’s dates stand"),
    "judgment": ("法院已判决", "A court has decided", "The judgment stands all the same."),
    "enforcement": ("法院正在执行", "A court is enforcing", "until the court is told."),
    "insolvency": ("在破产程序中", "in an insolvency procedure", "in the insolvency procedure."),
}


class TestTheLegalStage:
    @pytest.mark.parametrize("stage", WORDS)
    def test_is_said_on_the_borrowers_pages_and_in_notices(self, world, site, stage):
        by, client = world.borrower(), site("borrower")
        Loan.objects.filter(borrower_id=by.id).update(legal_stage=stage)
        case = world.submitted(by)
        do(client, case, "renew")
        home, progress = reverse("borrower:home"), reverse("borrower:progress", args=[case.id])
        chinese, english, noticed = WORDS[stage]
        assert chinese in client.get(progress).text
        in_english(client)
        page = client.get(progress).text
        assert english in page
        assert sum(other[1] in page for other in WORDS.values()) == 1
        page = client.get(home).text
        assert "Where it stands in law" in page
        assert noticed.replace("’", "&#x27;") in page or noticed in page

    def test_is_silent_where_nobody_went_to_law(self, world, site):
        case, client = world.submitted(world.borrower()), in_english(site("borrower"))
        do(client, case, "renew")
        page = client.get(reverse("borrower:progress", args=[case.id])).text
        assert not any(other[1] in page for other in WORDS.values())
        page = client.get(reverse("borrower:home")).text
        assert "Where it stands in law" not in page
        assert not any(other[2] in page for other in WORDS.values())

    def test_is_said_beside_the_plans(self, world, site):
        by = world.borrower()
        Loan.objects.filter(borrower_id=by.id).update(legal_stage="filed")
        offer_set = world.offered(by)
        page = site("borrower").get(reverse("borrower:compare", args=[offer_set.case_id])).text
        assert "已起诉到法院" in page


class TestProbing:
    def test_by_a_hundred_incomes_is_stopped_and_seen_by_the_agent(self, world, site):
        case, client = world.draft(world.borrower()), site("borrower")
        address = reverse("borrower:question", args=[case.id, "income"])
        answers = [client.post(address, {"amount": str(3_000 + n)}).status_code for n in range(100)]
        assert answers.count(302) == 20
        assert set(answers[20:]) == {422}
        desk_page = reverse("desk:case", args=[case.id])
        assert site(actor.AGENT).get(desk_page).status_code == 404  # not sent: nobody else's
        for screen, answers in ANSWERS.items():
            if screen != "income":
                case_actions.save_answers(
                    by=world.borrower(), case_id=case.id, screen=screen, answers=answers,
                    now=world.now,
                )  # fmt: skip
        case_actions.submit(by=world.borrower(), case_id=case.id, now=world.now)
        assert "收入改过 20 次" in site(actor.AGENT).get(desk_page).text

    def test_by_very_many_numbers_is_stopped_and_seen_by_the_agent(self, world, site, monkeypatch):
        monkeypatch.setattr(negotiating, "QUESTIONS_PER_HOUR", 5)
        case_id = world.offered(world.borrower()).case_id
        client, address = site("borrower"), reverse("borrower:own_number", args=[case_id])
        codes = [client.get(address, {"pay": str(700 + n)}).status_code for n in range(8)]
        assert codes == [200] * 5 + [422] * 3
        page = site(actor.AGENT).get(reverse("desk:case", args=[case_id])).text
        assert "一小时内试了 5 个数" in page
        alarmed = site(actor.SUPERVISOR).get(reverse("desk:approvals")).text
        assert reverse("desk:case", args=[case_id]) in alarmed


class TestADebtAdvisersTime:
    def test_is_thirty_days_on_the_page_and_twice_at_most(self, world, site):
        case, client = world.submitted(world.borrower()), site("borrower")
        do(client, case, "adviser")
        first = HoldExtension.objects.get(kind="adviser")
        assert first.until_date == world.now.date() + timedelta(days=30)
        do(client, case, "adviser")
        assert loan_queries.hold_until(case.id) == world.now.date() + timedelta(days=60)
        assert do(client, case, "adviser").status_code == 409
        assert HoldExtension.objects.filter(kind="adviser").count() == 2
