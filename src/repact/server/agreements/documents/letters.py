"""Papers beside the agreement: the certificate of settlement, the confirmation of a phone call,
the letter after a plan was taken back.

They are rendered here and sealed by `agreements.actions`; the seal goes to the lower right corner
of the last page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import rfc8785

from repact.server.agreements.documents import clauses, composing, seals, wording
from repact.server.agreements.documents.blocks import (
    Block,
    Clauses,
    Note,
    Pair,
    Seals,
    Section,
    Text,
    pairs,
)
from repact.server.agreements.documents.clauses import Speaker
from repact.server.agreements.documents.contents import Contents
from repact.server.agreements.documents.typesetting import Attachment, typeset

SETTLEMENT = "settlement.json"
WITHDRAWAL = "withdrawal.json"
ORAL = "agreement.json"
_SEAL = (seals.RIGHT, 60, seals.RIGHT + seals.WIDTH, 60 + seals.HEIGHT)


@dataclass(frozen=True, slots=True)
class Settled:
    """How a plan ended: on which day, what was paid and waived in all (minor units), and by when
    the credit bureau is told, if that is promised."""

    settled_date: date
    paid_minor: int
    waived_minor: int
    report_by_date: date | None = None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """How a plan was taken back: on which day, what had been paid, and what is owed again by each
    contract, in the order of the agreement's debts (minor units). `resumed` names the older
    agreements that hold again instead of the contracts."""

    withdrawn_date: date
    paid_minor: int
    owed_minor: tuple[int, ...]
    resumed: tuple[str, ...] = ()


def settlement(contents: Contents, settled: Settled, /) -> bytes:
    """The certificate of settlement (结清证明) as PDF/A-3a, with its facts as `settlement.json`.

    Raises AgreementError `agreements.cannot_be_written` for a character no font of ours has.
    """
    words = wording.catalogue(contents.languages[0])
    attached = _facts(contents, asdict(settled), SETTLEMENT, words["settled.attachment"])
    return _paper(
        contents, lambda speaker: _settled(speaker, settled), settled.settled_date, attached
    )


def withdrawal(contents: Contents, withdrawn: Withdrawn, /) -> bytes:
    """The letter after a plan was taken back in its cooling-off days: what stands now, with its
    facts as `withdrawal.json`. Raises as `settlement` does."""
    words = wording.catalogue(contents.languages[0])
    attached = _facts(contents, asdict(withdrawn), WITHDRAWAL, words["withdrawn.attachment"])
    return _paper(
        contents,
        lambda speaker: _withdrawn(speaker, withdrawn),
        withdrawn.withdrawn_date,
        attached,
    )


def oral_confirmation(contents: Contents, /, *, agreed_date: date, recording: str) -> bytes:
    """The letter that confirms a plan agreed on the phone, with the whole contents attached.

    `recording` names the recording that is kept until the debt is settled (CN-CARD-70C).
    """
    stored = rfc8785.dumps(contents.model_dump(mode="json")).decode()
    words = wording.catalogue(contents.languages[0])
    return _paper(
        contents,
        lambda speaker: _oral(speaker, agreed_date, recording),
        agreed_date,
        Attachment(ORAL, stored, "source", words["attachment"]),
    )


def _facts(contents: Contents, said: dict[str, Any], name: str, description: str) -> Attachment:
    """What a paper says, as canonical JSON beside it."""
    facts = {
        "version": 1,
        "agreement": contents.reference,
        "schedule_sha256": contents.schedule_sha256,
        "debts": [debt.loan_ref for debt in contents.debts],
        "currency": contents.currency,
        **{
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in said.items()
        },
    }
    return Attachment(name, rfc8785.dumps(facts).decode(), "source", description)


def _paper(
    contents: Contents, write: Callable[[Speaker], Text], on: date, attached: Attachment
) -> bytes:
    return typeset(
        [write(Speaker(contents, language)) for language in contents.languages],
        reference=contents.reference,
        author=wording.lender(contents, contents.languages[0]),
        on=on,
        attachments=[attached],
    )


def _settled(speaker: Speaker, settled: Settled) -> Text:
    said, words = speaker.contents, speaker.words
    names = {"name": said.borrower.name, "reference": said.reference}
    sentence = words["settled.sentence"].format(lender=speaker.facts["lender"], **names)
    facts = pairs(
        [
            Pair("party.borrower", words["party.borrower"], said.borrower.name, strong=True),
            Pair("party.id", words["party.id"], said.borrower.id_number_masked),
            Pair("settled.agreement", words["settled.agreement"], said.reference),
            *(
                Pair("settled.debts", words["settled.debts"], _debt_name(speaker, at))
                for at in range(len(said.debts))
            ),
            Pair("settled.on", words["settled.on"], settled.settled_date.isoformat()),
            Pair("settled.paid", words["settled.paid"], speaker.amount(settled.paid_minor)),
            Pair("settled.waived", words["settled.waived"], speaker.amount(settled.waived_minor)),
        ]
    )
    report = settled.report_by_date
    record = "settled.record" if report else "settled.record_plain"
    day = report.isoformat() if report else ""
    return _text(
        speaker,
        words["settled.title"],
        settled.settled_date,
        Section("settled", "", (Note(sentence, "large"), Note(words["settled.nothing"], "large"))),
        Section("settled.facts", words["settled.facts"], (facts,)),
        Section(
            "settled.record",
            words["settled.record"],
            (Note(words[f"{record}.sentence"].format(report=day)),),
        ),
        Section("settled.seal", "", (Note(words["settled.attachment"], "quiet"), _seal(speaker))),
    )


def _withdrawn(speaker: Speaker, withdrawn: Withdrawn) -> Text:
    said, words = speaker.contents, speaker.words
    day = withdrawn.withdrawn_date.isoformat()
    names = {"name": said.borrower.name, "reference": said.reference, "day": day}
    sentence = words["withdrawn.sentence"].format(lender=speaker.facts["lender"], **names)
    facts = [
        Pair("party.borrower", words["party.borrower"], said.borrower.name, strong=True),
        Pair("party.id", words["party.id"], said.borrower.id_number_masked),
        Pair("settled.agreement", words["settled.agreement"], said.reference),
        Pair("withdrawn.on", words["withdrawn.on"], day),
        Pair("withdrawn.paid", words["withdrawn.paid"], speaker.amount(withdrawn.paid_minor)),
        *(
            Pair(
                "withdrawn.owed",
                words["withdrawn.left" if withdrawn.resumed else "withdrawn.owed"].format(
                    debt=_debt_name(speaker, at)
                ),
                speaker.amount(owed),
            )
            for at, owed in enumerate(withdrawn.owed_minor)
        ),
    ]
    now = words["withdrawn.now"]
    if withdrawn.resumed:
        older = (", " if speaker.language == "en" else "、").join(withdrawn.resumed)
        now = words["withdrawn.back"].format(older=older)
    notes = [words["withdrawn.free"], words["withdrawn.record"]]
    if said.waived_minor and not withdrawn.resumed:
        notes.insert(0, words["withdrawn.waived"])
    notes.append(words["withdrawn.help"].format(phone=said.lender.complaint_phone))
    return _text(
        speaker,
        words["withdrawn.title"],
        withdrawn.withdrawn_date,
        Section("withdrawn", "", (Note(sentence, "large"), Note(now, "large"))),
        Section("withdrawn.facts", words["withdrawn.facts"], (pairs(facts),)),
        Section("withdrawn.means", words["withdrawn.means"], tuple(map(Note, notes))),
        Section(
            "withdrawn.seal", "", (Note(words["withdrawn.attachment"], "quiet"), _seal(speaker))
        ),
    )


def _oral(speaker: Speaker, agreed_date: date, recording: str) -> Text:
    said, words = speaker.contents, speaker.words
    greeting = words["oral.dear"].format(name=said.borrower.name)
    sentence = words["oral.sentence"].format(day=agreed_date.isoformat())
    differs = words["oral.differs"].format(phone=said.lender.complaint_phone)
    last: tuple[Block, ...] = (
        Note(words["oral.recording"].format(recording=recording)),
        Note(differs, "large"),
        Note(words["oral.next"]),
    )
    return _text(
        speaker,
        words["oral.title"],
        agreed_date,
        Section("oral", "", (Note(greeting, "large"), Note(sentence, "large"))),
        composing.key_facts(speaker),
        Section("promises", words["promises"], (Clauses(tuple(clauses.promises(speaker))),)),
        composing.schedule(speaker),
        Section("oral.differs", "", (*last, _seal(speaker)), starts_page=True),
    )


def _text(speaker: Speaker, title: str, on: date, *sections: Section) -> Text:
    said = speaker.contents
    return Text(
        language=speaker.language,
        title=title,
        subtitle=f"{said.reference} · {on.isoformat()} · {speaker.facts['lender']}",
        banner=speaker.words["demo"] if said.lender.demo else "",
        sections=sections,
    )


def _seal(speaker: Speaker) -> Seals:
    return Seals(((speaker.words["signature.lender"], _SEAL),))


def _debt_name(speaker: Speaker, at: int) -> str:
    debt = speaker.contents.debts[at]
    return f"{wording.product(debt, speaker.language)} {debt.loan_ref}"
