"""Coming in with the wallet's token, and what is kept of a person."""

from __future__ import annotations

import time
import uuid

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from repact.sandbox import wallet_client
from repact.server.clock import ports
from repact.server.connectors import wallet
from repact.server.people import actions as people_actions
from repact.server.people import queries as people_queries
from repact.server.people import vault
from repact.server.people.errors import PeopleError
from repact.server.people.models import Borrower
from tests.integration.world import at_once

KEY = ECKey.generate_key("P-256", {"kid": "k", "use": "sig", "alg": "ES256"})


def claims(**changed):
    issued = int(time.time())
    made = {"aud": "repact", "sub": "demo-linxiaoyu", "iat": issued, "exp": issued + 60}
    made = {**made, "jti": str(uuid.uuid4()), **changed}
    return {name: value for name, value in made.items() if value is not None}


def token(key=KEY, **changed):
    return jwt.encode({"alg": "ES256", "kid": "k"}, claims(**changed), key)


@pytest.fixture
def enter(world):
    def run(text, keys=None):
        with ports.using(ports.MachinePorts()):  # a token lives by real time
            return people_actions.enter(
                by=world.system, token=text, keys=keys or KeySet([KEY]), now=world.now
            )

    return run


class TestALaunchToken:
    def test_brings_the_borrower_in(self, world, enter):
        made = wallet_client.launch_token("demo-linxiaoyu")
        assert enter(made, wallet.launch_keys()).id == world.borrower().id

    @pytest.mark.parametrize(
        "make",
        [
            lambda _: "",
            lambda _: "not a token",
            lambda _: token(aud="another"),
            lambda _: token(sub=None),
            lambda _: token(jti=None),
            lambda now: token(exp=now - 1),
            lambda now: token(iat=now - 4000, exp=now + 60),
            lambda now: token(iat=now + 600, exp=now + 660),
            lambda _: token(exp="soon"),
            lambda _: token(sub="nobody"),
            lambda _: token(key=ECKey.generate_key("P-256")),
        ],
        ids=[
            "empty", "no token", "another audience", "nobody named", "no number", "run out",
            "long-lived", "of the future", "words for a time", "unknown", "another key",
        ],
    )  # fmt: skip
    def test_that_is_not_right_is_refused(self, enter, make):
        text = make(int(time.time()))
        with pytest.raises(PeopleError, match=r"people\.launch_refused"):
            enter(text)

    def test_works_once(self, enter):
        made = token()
        enter(made)
        with pytest.raises(PeopleError, match=r"people\.launch_refused"):
            enter(made)

    @pytest.mark.django_db(transaction=True)
    def test_works_once_at_once(self, world, enter):
        made = token()
        results = at_once(8, world.lender.id, lambda: enter(made))
        assert sum(not isinstance(result, Exception) for result in results) == 1


class TestTheVault:
    @pytest.fixture
    def borrower(self, world):
        return Borrower.objects.select_related("key").get(id=world.borrower().id)

    def test_keeps_names_sealed(self, borrower):
        assert "林小雨".encode() not in bytes(borrower.name_sealed)
        assert people_queries.borrower_identity(borrower).name == "林小雨"

    def test_does_not_open_in_another_field(self, borrower):
        with pytest.raises(PeopleError, match=r"people\.seal_broken"):
            vault.unseal(borrower.key, bytes(borrower.name_sealed), context="people.phone")

    def test_does_not_open_with_another_persons_key(self, world, borrower):
        other = Borrower.objects.select_related("key").get(id=world.borrower("zhaolei").id)
        with pytest.raises(PeopleError, match=r"people\.seal_broken"):
            vault.unseal(other.key, bytes(borrower.name_sealed), context="people.name")

    def test_notices_a_changed_byte(self, borrower):
        sealed = bytearray(borrower.name_sealed)
        sealed[-1] ^= 1
        with pytest.raises(PeopleError, match=r"people\.seal_broken"):
            vault.unseal(borrower.key, bytes(sealed), context="people.name")

    def test_opens_nothing_once_the_key_is_destroyed(self, world, borrower):
        borrower.key.destroyed_at = world.now
        with pytest.raises(PeopleError, match=r"people\.erased"):
            vault.unseal(borrower.key, bytes(borrower.name_sealed), context="people.name")


class TestAnApiKey:
    def test_is_kept_only_as_a_hash(self, world):
        made = people_actions.issue_api_key(by=world.system, label="core", now=world.now)
        assert people_queries.actor_of_api_key(made).role == "engineer"
        with pytest.raises(PeopleError):
            people_queries.actor_of_api_key(made[:-1])
