"""Certificates that were tampered with, ten thousand ways, from a seed."""

from __future__ import annotations

import copy
import hashlib
import json
import random
from collections.abc import Iterator
from typing import Any

import rfc8785

from repact.plans import certificate, document, schedule
from tests.unit.plans.documents import plan

ORIGINALS = (
    plan(),
    plan(
        measures=[
            {"kind": "waive", "component": "penalty", "share_ppm": 1_000_000, "vests": "now"},
            {
                "kind": "waive",
                "component": "interest",
                "amount_minor": 9_000,
                "vests": "per_installment",
            },
            {"kind": "carry", "component": "interest", "to": "spread", "count": 5},
            {"kind": "set_aside", "share_ppm": 100_000},
            {"kind": "rate", "from_date": "2024-05-01", "annual_rate_ppm": 90_000},
        ],
        shape=[
            {"kind": "holiday", "count": 2, "interest": "simple"},
            {"kind": "fixed", "count": 2, "amount_minor": 40_000},
            {"kind": "level", "count": 10},
            {"kind": "balloon", "share_ppm": 200_000},
        ],
        contract={
            "annual_rate_ppm": 180_000,
            "day_count": "30/360",
            "remaining": [{"due_date": "2024-02-01", "amount_minor": 110_016}],
        },
        conduct={"grace_days": 3, "allocation": [{"across": "rows"}]},
    ),
    plan(
        day_count="ACT/ACT",
        rounding="half_even",
        shape=[{"kind": "growing", "count": 9, "growth_ppm": 20_000}],
    ),
)


def certified(data: dict[str, Any]) -> dict[str, Any]:
    """The certificate of a plan document."""
    made = document.validate(document.Document, data)
    return certificate.certify(made.position, made.terms, schedule.build(made.position, made.terms))


def forgeries(count: int, seed: int) -> Iterator[str]:
    """The texts of so many certificates, none of which is what its terms make."""
    rng = random.Random(seed)
    originals = [certified(data) for data in ORIGINALS]
    while count:
        original = rng.choice(originals)
        text = rng.choice(FORGERS)(copy.deepcopy(original), rng)
        if text is not None:
            yield text
            count -= 1


def leaves(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) that holds a number, a text or nothing."""
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        if isinstance(value[key], dict | list) and value[key]:
            yield from leaves(value[key])
        else:
            yield value, key


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in it, itself too."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    for inner in value:
        if isinstance(inner, dict | list):
            yield from objects(inner)


def _value(made: dict[str, Any], rng: random.Random) -> str:
    holder, key = rng.choice(list(leaves(made)))
    held = holder[key]
    if isinstance(held, int):
        holder[key] = held + rng.choice((-1, 1, 10, -1000, 100_000))
    elif isinstance(held, str) and held[:4].isdigit() and len(held) == 10:
        holder[key] = f"{int(held[:4]) + 1}{held[4:]}"
    else:
        holder[key] = f"{held}x"
    return json.dumps(made)


def _type(made: dict[str, Any], rng: random.Random) -> str:
    holder, key = rng.choice([(h, k) for h, k in leaves(made) if isinstance(h[k], int)])
    held = holder[key]
    holder[key] = rng.choice((str(held), float(held), bool(held), None, [held], {"is": held}))
    return json.dumps(made)


def _key(made: dict[str, Any], rng: random.Random) -> str:
    holder = rng.choice([one for one in objects(made) if one])
    key = rng.choice(sorted(holder))
    match rng.randrange(3):
        case 0:
            del holder[key]
        case 1:
            holder[f"{key}_"] = holder.pop(key)
        case _:
            holder["more"] = rng.choice((0, "", None, [], {}))
    return json.dumps(made)


def _twice(made: dict[str, Any], rng: random.Random) -> str:
    text = json.dumps(made)
    key = rng.choice(sorted(made["sums"]))
    return text.replace(f'"{key}"', f'"{key}": {rng.randrange(10)}, "{key}"', 1)


def _digits(made: dict[str, Any], rng: random.Random) -> str:
    text = json.dumps(made)
    places = [index for index, letter in enumerate(text) if letter.isdigit()]
    at = rng.choice(places)
    return text[:at] + chr(ord("０") + int(text[at])) + text[at + 1 :]


def _order(made: dict[str, Any], rng: random.Random) -> str | None:
    lists = [
        one[key]
        for one in objects(made)
        for key in one
        if isinstance(one[key], list) and len(one[key]) > 1
    ]
    if not lists:
        return None
    chosen = rng.choice(lists)
    first, last = chosen[0], chosen[-1]
    chosen[0], chosen[-1] = last, first
    return json.dumps(made)


def _hashed_anew(made: dict[str, Any], rng: random.Random) -> str:
    """The forger computes a hash too, over the figures he would like."""
    made["sums"]["payment_minor"] -= rng.randrange(1, 1000)
    part = {
        "position": made["position"],
        "terms": made["terms"],
        "rows": [],
        "totals": made["sums"],
    }
    made["schedule_sha256"] = hashlib.sha256(rfc8785.dumps(part)).hexdigest()
    return json.dumps(made)


def _spelled(made: dict[str, Any], rng: random.Random) -> str:
    """A number spelled as a fraction or with an exponent."""
    key = rng.choice(("payment_minor", "principal_minor", "waived_minor"))
    value = made["sums"][key]
    text = json.dumps(made)
    spelled = rng.choice((f"{value}.0", f"{value}e0", f"{value}E+0"))
    return text.replace(f'"{key}": {value}', f'"{key}": {spelled}', 1)


FORGERS = (_value, _value, _type, _key, _twice, _digits, _order, _hashed_anew, _spelled)
