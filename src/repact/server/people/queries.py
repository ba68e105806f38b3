"""Reading people. Names are decrypted here and nowhere else."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from uuid import UUID

from repact.server.audit import actor
from repact.server.people import vault
from repact.server.people.errors import PeopleError
from repact.server.people.models import ApiKey, Borrower, Staff

_COMPOUND_SURNAMES = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a borrower is, as far as a page may show it."""

    name: str
    given_name: str
    id_number_masked: str
    phone_masked: str


def borrower(borrower_id: UUID, /) -> Borrower:
    """A borrower. Raises `people.not_found`."""
    found = Borrower.objects.select_related("key").filter(id=borrower_id).first()
    if found is None:
        raise PeopleError("people.not_found")
    return found


def borrower_identity(borrower: Borrower, /) -> Identity:
    """The borrower's identity, decrypted; numbers masked."""
    name = _open(borrower, borrower.name_sealed, "people.name")
    id_number = _open(borrower, borrower.id_number_sealed, "people.id_number")
    phone = _open(borrower, borrower.phone_sealed, "people.phone")
    return Identity(
        name=name,
        given_name=_given_name(name),
        id_number_masked=f"{id_number[:3]}{'*' * max(len(id_number) - 7, 0)}{id_number[-4:]}",
        phone_masked=f"{phone[:3]}****{phone[-4:]}",
    )


def phone(borrower: Borrower, /) -> str:
    """The borrower's number, decrypted: for a gateway that calls it, never for a page."""
    return _open(borrower, borrower.phone_sealed, "people.phone")


def staff(staff_id: UUID, /) -> Staff:
    """A member of staff. Raises `people.not_found`."""
    found = Staff.objects.filter(id=staff_id).first()
    if found is None:
        raise PeopleError("people.not_found")
    return found


def person(staff_id: UUID | None, /) -> UUID | None:
    """The human being behind an account: the same for every account that human holds."""
    found = Staff.objects.filter(id=staff_id).values_list("person_id", "id").first()
    return (found[0] or found[1]) if found else staff_id


def actor_of_api_key(token: str, /) -> actor.Actor:
    """Whoever holds a key of the lender's own systems acts as an engineer.

    Raises `people.api_key_unknown`, for a key of an agency too.
    """
    found, agency = holder_of_api_key(token)
    if agency:
        raise PeopleError("people.api_key_unknown")
    return found


def holder_of_api_key(token: str, /) -> tuple[actor.Actor, str]:
    """Who holds an API key, and the code of their agency: empty for the lender's own systems.

    Raises `people.api_key_unknown`.
    """
    digest = hashlib.sha256(token.encode()).digest()
    key = ApiKey.objects.filter(digest=digest, revoked_at=None).first()
    if key is None:
        raise PeopleError("people.api_key_unknown")
    return actor.Actor(lender_id=key.lender_id, role=actor.ENGINEER, id=key.id), key.agency


def _open(borrower: Borrower, sealed: bytes | memoryview, context: str) -> str:
    return vault.unseal(borrower.key, bytes(sealed), context=context).decode()


def _given_name(name: str) -> str:
    """How to address someone: 林小雨 -> 小雨; names with · or in Latin letters stay whole."""
    if "·" in name or name.isascii() or len(name) < 3:
        return name
    return name[2:] if name.startswith(_COMPOUND_SURNAMES) else name[1:]
