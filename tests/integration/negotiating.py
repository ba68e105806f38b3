"""Shortcuts of the tests about offers: policies changed a little, drafts, more people."""

from __future__ import annotations

import os

import yaml

from repact.sandbox import seed
from repact.server.audit import actor
from repact.server.audit.actor import Actor
from repact.server.offers import actions
from repact.server.offers.models import OfferSet
from repact.server.people import actions as people_actions
from repact.server.policies import actions as policy_actions
from repact.server.reviews import actions as review_actions
from tests.integration.world import World

ROUNDS = int(os.environ.get("REPACT_RACE_ROUNDS", "25"))


def staff(world: World, name: str, role: str = actor.SUPERVISOR) -> Actor:
    """One more member of staff."""
    made = people_actions.register_staff(
        by=world.system,
        email=f"{name}@demo.example",
        name_zh=name,
        name_en=name,
        role=role,
        password="a password of the tests",
        now=world.now,
    )
    return Actor(lender_id=world.lender.id, role=made.role, id=made.id)


def with_policy(world: World, **changed: object) -> None:
    """Publish the sample policy with some of it changed, in force from today."""
    text = yaml.safe_load(seed.policy_text())
    text["effective_from"] = world.now.date()
    text.update(changed)
    policy_actions.publish(by=world.system, text=yaml.safe_dump(text), now=world.now)


def tiers(**waived: int) -> dict[str, object]:
    """The sample's authority, with what each tier may waive in one offer changed."""
    authority = yaml.safe_load(seed.policy_text())["authority"]
    for tier in authority["tiers"]:
        most = waived.get(tier["role"], tier["waived_minor_max"])
        tier["waived_minor_max"] = most
        tier["concession_minor_max"] = most
    return authority


def rollout(mode: str, count: int = 200, amount: int = 20_000_000) -> list[dict[str, object]]:
    return [
        {"product": code, "mode": mode, "daily_count_max": count, "daily_minor_max": amount}
        for code in ("wallet_credit", "installment_loan", "card_installment")
    ]


def draft(world: World, by: Actor, maker: Actor) -> OfferSet:
    case = world.submitted(by)
    review_actions.take(by=maker, case_id=case.id, now=world.now)
    return actions.prepare(by=maker, case_id=case.id, now=world.now)
