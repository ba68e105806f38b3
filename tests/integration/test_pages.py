"""Every address and every role: who may open it, and what a stranger, a typo or a fuzz gets."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from repact.server.audit import actor
from repact.server.evidence.models import EvidenceFile
from repact.server.offers.models import Offer
from repact.server.pages import access
from repact.server.pages.middleware import BORROWER_SESSION
from repact.server.people.models import Staff

ROLES = ("public", actor.BORROWER, *actor.STAFF)
OUTSIDE = {"api:"}  # guarded by the API's own keys


def routes(resolver=None, prefix=""):
    """(name, view, argument names) of every named address."""
    for entry in (resolver or get_resolver("repact.sandbox.urls")).url_patterns:
        if isinstance(entry, URLResolver):
            space = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from routes(entry, space)
        elif isinstance(entry, URLPattern) and prefix not in OUTSIDE:
            yield f"{prefix}{entry.name}", entry.callback, tuple(entry.pattern.converters)


ROUTES = sorted(routes(), key=lambda route: route[0])
STRANGER = {
    "case_id": uuid.UUID(int=1),
    "offer_id": uuid.UUID(int=2),
    "agreement_id": uuid.UUID(int=3),
    "file_id": uuid.UUID(int=4),
    "screen": "income",
    "key": "linxiaoyu",
    "email": "nobody@demo.example",
}


@pytest.fixture
def client_of(world, settings, tmp_path):
    """A browser signed in as a role."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }

    def make(role: str, key: str = "linxiaoyu") -> Client:
        client = Client(HTTP_HOST="127.0.0.1", raise_request_exception=False)
        if role in actor.STAFF:
            client.force_login(Staff.objects.get(role=role))
        session = client.session
        if role in actor.STAFF:
            session[access.ONE_CLICK] = True
        if role == actor.BORROWER:
            session[BORROWER_SESSION] = str(world.borrower(key).id)
        session.save()
        return client

    return make


def address(name: str, arguments: tuple[str, ...], **values: object) -> str:
    known = {**STRANGER, **values}
    return reverse(name, kwargs={a: known.get(a, uuid.UUID(int=5)) for a in arguments})


@pytest.mark.parametrize("name", [name for name, _, _ in ROUTES])
def test_every_view_says_who_may_open_it(name):
    view = next(view for known, view, _ in ROUTES if known == name)
    assert set(view.roles) <= set(ROLES)


@pytest.mark.parametrize("role", ROLES)
def test_the_matrix_holds(client_of, role):
    """A role that may not open a page is turned away: to an entrance, or with 403; never 200."""
    client, open_doors = client_of(role), []
    for name, view, arguments in ROUTES:
        if "public" in view.roles or role in view.roles:
            continue
        for send in (client.get, client.post):
            answer = send(address(name, arguments))
            if answer.status_code not in {302, 403}:
                open_doors.append((name, answer.status_code))
            if answer.status_code == 302 and answer.url not in {
                reverse("public:come_in"),
                reverse("account_login"),
                reverse("mfa_activate_totp"),
            }:
                open_doors.append((name, answer.url))
    assert open_doors == []


FUZZ = (
    {},
    {"plan": "x", "set": "x", "version": "x", "code": "x" * 5000, "step": "x", "decision": "x"},
    {"amount": "１２", "monthly": "-1", "people": "∞", "payday": "99", "reasons": ["\x00", "𬱖"]},
    {
        "plan": str(uuid.UUID(int=9)),
        "set": str(uuid.UUID(int=9)),
        "consent": "on",
        "code": "１２３",
    },
)


@pytest.mark.parametrize("role", ROLES)
def test_no_request_breaks_a_page(world, client_of, role):
    """Whatever is asked or sent, the answer is ours: no traceback, no half-done work."""
    client, broken = client_of(role), []
    case = world.answered(world.borrower())
    for name, _, arguments in ROUTES:
        if name in {"stage_clock", "stage_staff", "stage_borrower", "borrower:sign_out"}:
            continue
        if name.startswith(("account_", "mfa_")):
            continue
        for known in ({}, {"case_id": case.id}):
            url = address(name, arguments, **known)
            answers = [client.get(url), *(client.post(url, body) for body in FUZZ)]
            broken += [(url, a.status_code) for a in answers if a.status_code >= 500]
    assert broken == []


class TestAnotherBorrowers:
    @pytest.fixture
    def theirs(self, world):
        by = world.borrower("zhaolei")
        agreement = world.drafted(by)
        return {
            "case_id": agreement.case_id,
            "offer_id": agreement.offer_id,
            "agreement_id": agreement.id,
        }

    def test_pages_do_not_exist(self, client_of, theirs):
        client = client_of(actor.BORROWER)
        for name, view, arguments in ROUTES:
            if view.roles != (actor.BORROWER,) or not arguments:
                continue
            url = address(name, arguments, **theirs)
            codes = {client.get(url).status_code, client.post(url).status_code}
            assert codes <= {404, 405}, (url, codes)
            assert 404 in codes

    def test_evidence_is_not_served_to_borrowers(self, client_of):
        url = address("desk:evidence", ("file_id",))
        assert client_of(actor.BORROWER).get(url).status_code == 302
        assert not EvidenceFile.objects.exists()


class TestABorrower:
    def test_double_tapping_a_plan_chooses_once(self, world, client_of):
        offer = world.offered(world.borrower()).offers_in_order[0]
        client = client_of(actor.BORROWER)
        url = reverse("borrower:compare", args=[offer.case_id])
        body = {"plan": f"{offer.id}:{offer.content_sha256}"}
        first, second = client.post(url, body), client.post(url, body)
        assert first.status_code == second.status_code == 302
        assert first.url == second.url
        assert Offer.objects.filter(state="chosen").count() == 1

    def test_sees_an_error_beside_the_field_and_keeps_the_answer(self, world, client_of):
        case = world.draft(world.borrower())
        url = reverse("borrower:question", args=[case.id, "income"])
        answer = client_of(actor.BORROWER).post(url, {"amount": "abc"})
        assert answer.status_code == 422
        assert "aria-describedby" in answer.content.decode()
        assert "abc" in answer.content.decode()

    @pytest.mark.parametrize(
        ("language", "words"), [("zh-hans", "今天所欠"), ("en", "What you owe today")]
    )
    def test_reads_the_language_chosen(self, client_of, language, words):
        client = client_of(actor.BORROWER)
        client.cookies["language"] = language
        assert words in client.get(reverse("borrower:home")).content.decode()

    def test_gets_nothing_that_a_cache_may_keep(self, client_of):
        answer = client_of(actor.BORROWER).get(reverse("borrower:home"))
        assert "no-store" in answer["Cache-Control"]
        assert "default-src 'none'" in answer["Content-Security-Policy"]


class TestTheStage:
    def test_is_there_in_the_demo(self, client_of):
        assert client_of("public").get(reverse("stage")).status_code == 200

    @pytest.mark.parametrize("name", [n for n, _, _ in ROUTES if n.startswith("stage")])
    def test_is_refused_outside_the_demo(self, world, client_of, settings, name):
        settings.REPACT_DEMO = False
        arguments = next(a for n, _, a in ROUTES if n == name)
        client = client_of("public")
        assert client.post(address(name, arguments)).status_code == 404
        assert client.get(address(name, arguments)).status_code == 404

    @pytest.mark.parametrize("name", [n for n, _, _ in ROUTES if n.startswith("stage")])
    def test_is_refused_to_a_real_lender(self, world, client_of, name):
        world.lender.is_demo = False
        world.lender.save()
        arguments = next(a for n, _, a in ROUTES if n == name)
        assert client_of("public").post(address(name, arguments)).status_code == 404

    def test_does_not_exist_in_the_platforms_own_addresses(self):
        named = [name for name, _, _ in routes(get_resolver("repact.server.config.urls"))]
        assert not [name for name in named if name.startswith("stage")]


class TestStaff:
    def test_without_a_second_factor_are_asked_to_set_one_up(self, client_of):
        client = client_of(actor.AGENT)
        session = client.session
        del session[access.ONE_CLICK]
        session.save()
        answer = client.get(reverse("desk:queue"))
        assert answer.url == reverse("mfa_activate_totp")

    def test_sign_in_with_password_and_a_second_factor(self, world, client_of):
        from allauth.mfa.totp.internal import auth as totp

        staff = Staff.objects.get(role=actor.AGENT)
        staff.set_password("a long enough password")
        staff.save()
        secret = totp.generate_totp_secret()
        totp.TOTP.activate(staff, secret)
        client = client_of("public")
        form = {"login": staff.email, "password": "a long enough password"}
        answer = client.post(reverse("account_login"), form)
        assert answer.url == reverse("mfa_authenticate")
        assert client.get(reverse("desk:queue")).status_code == 302
        code = totp.format_hotp_value(
            totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time())))
        )
        assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
        assert client.get(reverse("desk:queue")).status_code == 200

    def test_secrets_of_second_factors_are_sealed(self, world):
        from allauth.mfa.models import Authenticator
        from allauth.mfa.totp.internal import auth as totp

        secret = totp.generate_totp_secret()
        totp.TOTP.activate(Staff.objects.get(role=actor.AGENT), secret)
        assert secret not in str(Authenticator.objects.get().data)
