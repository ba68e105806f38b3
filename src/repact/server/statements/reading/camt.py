"""ISO 20022 camt.053: an account's statement in XML, any version, read without entities."""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from repact.server.statements.errors import StatementError
from repact.server.statements.reading.movement import (
    BadLine,
    BadLineError,
    Movement,
    Read,
    day,
    keyed,
    minor,
)

_DIRECTION = {"CRDT": 1, "DBIT": -1}


def read(raw: bytes, /) -> Read:
    """Every booked entry; an entry of several payments is one movement for each.

    Raises StatementError `statements.unreadable` when it is no camt.053 at all.
    """
    try:
        root = fromstring(raw)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise StatementError("statements.unreadable") from error
    entries = [node for node in root.iter() if _name(node) == "Ntry"]
    if not any(_name(node) == "BkToCstmrStmt" for node in root.iter()):
        raise StatementError("statements.unreadable")
    movements: list[Movement] = []
    bad: list[BadLine] = []
    for number, entry in enumerate(entries, 1):
        try:
            movements += _movements(number, entry)
        except BadLineError as error:
            bad.append(BadLine(number, str(error)))
    return Read(keyed(movements), tuple(bad))


def _movements(number: int, entry: Element) -> list[Movement]:
    status = _text(entry, "Sts/Cd") or _text(entry, "Sts")
    if status and status != "BOOK":
        return []
    details = [node for node in entry.iter() if _name(node) == "TxDtls"]
    whole = _one(number, entry, entry if len(details) != 1 else details[0])
    if len(details) < 2:
        return [whole]
    parts = [_one(number, entry, node) for node in details]
    if sum(part.amount_minor for part in parts) != whole.amount_minor:
        raise BadLineError("details_differ")
    return parts


def _one(number: int, entry: Element, node: Element) -> Movement:
    amount = _find(node, "Amt")
    if amount is None:
        amount = _find(node, "AmtDtls/TxAmt/Amt")
    if amount is None:
        amount = _find(entry, "Amt")
    if amount is None:
        raise BadLineError("amount")
    direction = _DIRECTION.get(_text(node, "CdtDbtInd") or _text(entry, "CdtDbtInd"))
    if direction is None:
        raise BadLineError("direction")
    currency = amount.get("Ccy", "")
    booked = _text(entry, "BookgDt/Dt") or _text(entry, "BookgDt/DtTm")
    valued = _text(entry, "ValDt/Dt") or _text(entry, "ValDt/DtTm") or booked
    lines = [n.text or "" for n in node.iter() if _name(n) in {"Ustrd", "Ref"}]
    end_to_end = _text(node, "Refs/EndToEndId")
    if end_to_end and end_to_end != "NOTPROVIDED":
        lines.append(end_to_end)
    side = "Dbtr" if direction > 0 else "Cdtr"
    holder = _text(node, f"RltdPties/{side}/Nm") or _text(node, f"RltdPties/{side}/Pty/Nm")
    return Movement(
        number=number,
        booked_on=day(booked),
        value_date=day(valued),
        amount_minor=direction * minor((amount.text or "").lstrip("+-"), currency),
        currency=currency,
        reference=" ".join(" ".join(lines).split())[:200],
        payer_name=holder[:140],
        payer_account=(
            _text(node, f"RltdPties/{side}Acct/Id/IBAN")
            or _text(node, f"RltdPties/{side}Acct/Id/Othr/Id")
        )[:64],
        bank_ref=(_text(node, "Refs/AcctSvcrRef") or _text(entry, "AcctSvcrRef"))[:64],
        taken_back=_text(entry, "RvslInd") == "true",
        is_charge=_is_charge(entry) or _is_charge(node),
    )


def _is_charge(node: Element) -> bool:
    """The sub-family `CHRG` of ISO 20022's bank transaction codes: charges, of any domain."""
    return _text(node, "BkTxCd/Domn/Fmly/SubFmlyCd") == "CHRG"


def _name(node: Element) -> str:
    return str(node.tag).rpartition("}")[2]


def _find(node: Element, path: str) -> Element | None:
    """The first node down a path of names, whatever the namespace."""
    found: Element | None = node
    for name in path.split("/"):
        found = next((child for child in found if _name(child) == name), None)  # type: ignore[union-attr]
        if found is None:
            return None
    return found


def _text(node: Element, path: str) -> str:
    found = _find(node, path)
    return (found.text or "").strip() if found is not None else ""
