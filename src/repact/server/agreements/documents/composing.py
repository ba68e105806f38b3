"""An agreement's contents as a document in one language: every section in its order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from repact.server.agreements.documents import clauses, cost_sheet, seals, wording
from repact.server.agreements.documents.blocks import (
    Block,
    Clauses,
    Column,
    Note,
    Pair,
    Pairs,
    Seals,
    Section,
    Table,
    Text,
    pairs,
)
from repact.server.agreements.documents.clauses import Speaker
from repact.server.agreements.documents.contents import COMPONENTS, Contents, Debt, Language

_FIRST_SEEN = {"fact.installment", "fact.total", "fact.rate"}


def compose(contents: Contents, language: Language, /) -> Text:
    """The whole agreement in one language; both languages of one agreement have the same shape."""
    speaker = Speaker(contents, language)
    words = speaker.words
    lender = speaker.facts["lender"]
    return Text(
        language=language,
        title=words["title"],
        subtitle=f"{contents.reference} · {contents.agreement_date} · {lender}",
        banner=words["demo"] if contents.lender.demo else "",
        sections=tuple(section(speaker) for section in _sections(contents)),
    )


def _sections(contents: Contents) -> list[Callable[[Speaker], Section]]:
    made = [key_facts, _promises]
    if contents.jurisdiction != "cn":
        made.append(_notice)
    made += [_parties]
    if contents.signers:
        made.append(_liability)
    made += [_debts, _changes, _moves, _going_on, _conduct, _rights, _basis, _costs, schedule]
    return [*made, _signatures]


def key_facts(speaker: Speaker, /) -> Section:
    """The figures a reader sees first: three large, the rest below."""
    said, words = speaker.contents, speaker.words
    rows = said.paying_rows
    versus = said.total_minor - said.owed_minor
    compared = "fact.versus" if versus >= 0 else "fact.versus.less"
    items = (
        ("fact.installment", speaker.amount(said.installment_minor)),
        ("fact.total", speaker.amount(said.total_minor)),
        ("fact.rate", wording.percent(said.annual_rate_ppm)),
        ("fact.count", str(len(rows))),
        ("fact.first", rows[0]["due_date"]),
        ("fact.last", rows[-1]["due_date"]),
        ("fact.owed", speaker.amount(said.owed_minor)),
        (compared, speaker.amount(abs(versus))),
        ("fact.waived", speaker.amount(said.waived_minor)),
    )
    made = tuple(Pair(code, words[code], value, at < 3) for at, (code, value) in enumerate(items))
    return Section("key_facts", words["key_facts"], (Pairs(made, hero=True),))


def _promises(speaker: Speaker) -> Section:
    return _of_clauses(speaker, "promises", clauses.promises(speaker))


def _notice(speaker: Speaker) -> Section:
    return _of_clauses(speaker, "notice", clauses.notice(speaker))


def _parties(speaker: Speaker) -> Section:
    said, words = speaker.contents, speaker.words
    english = speaker.language == "en"
    address = said.lender.address_en if english else said.lender.address_zh
    lender = (
        Pair("party.lender", words["party.lender"], speaker.facts["lender"], strong=True),
        Pair("party.address", words["party.address"], address),
        Pair("party.phone", words["party.phone"], said.lender.complaint_phone),
    )
    borrower = (
        Pair("party.borrower", words["party.borrower"], said.borrower.name, strong=True),
        Pair("party.id", words["party.id"], said.borrower.id_number_masked),
    )
    others = tuple(
        item
        for signer in said.signers
        for item in (
            Pair(f"role.{signer.role}", words[f"role.{signer.role}"], signer.name, strong=True),
            Pair("party.id", words["party.id"], signer.id_number_masked),
            Pair("party.company", words["party.company"], signer.company),
        )
    )
    return Section("parties", words["parties"], (pairs([*lender, *borrower, *others]),))


def _liability(speaker: Speaker) -> Section:
    found = (c for signer in speaker.contents.signers for c in clauses.liability(speaker, signer))
    return _of_clauses(speaker, "liability", found)


def _debts(speaker: Speaker) -> Section:
    said, words = speaker.contents, speaker.words
    blocks: list[Block] = [pairs(_debt(speaker, debt)) for debt in said.debts]
    if len(said.debts) > 1:
        blocks.insert(0, Note(words["debt.separate"]))
    return Section("debts", words["debts"], tuple(blocks))


def _debt(speaker: Speaker, debt: Debt) -> Iterator[Pair]:
    words = speaker.words
    name = f"{wording.product(debt, speaker.language)} {debt.loan_ref}"
    yield Pair("debt.contract", words["debt.contract"], name, strong=True)
    yield Pair("debt.creditor", words["debt.creditor"], debt.legal_creditor)
    yield Pair("debt.as_of", words["debt.as_of"], debt.position["as_of"])
    yield Pair("debt.currency", words["debt.currency"], debt.position["currency"])
    for component in COMPONENTS:
        code = f"debt.{component}"
        yield Pair(code, words[code], speaker.amount(debt.position[f"{component}_minor"]))
    yield Pair("debt.total", words["debt.total"], speaker.amount(debt.owed_minor))
    paid = speaker.amount(debt.result["totals"]["payment_minor"])
    yield Pair("debt.to_pay", words["debt.to_pay"], paid)


def _changes(speaker: Speaker) -> Section:
    """Every changed term, before and after; what is not listed stays (Civil Code 543, 544)."""
    words = speaker.words
    columns = (
        Column(words["change.item"], grows=True),
        Column(words["change.before"], "right"),
        Column(words["change.after"], "right"),
    )
    several = len(speaker.contents.debts) > 1
    tables = tuple(
        Table(
            columns=columns,
            rows=tuple(_changed(speaker, debt)),
            caption=f"{wording.product(debt, speaker.language)} {debt.loan_ref}" * several,
        )
        for debt in speaker.contents.debts
    )
    notes = (Note(words["change.rest"]), Note(words["change.unclear"]))
    return Section("changes", words["changes"], (*tables, *notes))


def _changed(speaker: Speaker, debt: Debt) -> Iterator[tuple[str, ...]]:
    rows = [row for row in debt.result["rows"] if row["payment_minor"]]
    usual = max(row["payment_minor"] for row in rows[:-1] or rows)
    none = speaker.words["change.none"]
    for code, before, after in (
        (
            "change.rate",
            wording.percent(debt.annual_rate_ppm),
            wording.percent(debt.terms["annual_rate_ppm"]),
        ),
        ("change.installment", speaker.amount(debt.installment_minor), speaker.amount(usual)),
        ("change.count", str(debt.count), str(len(rows))),
        ("change.last", debt.last_due_date or none, rows[-1]["due_date"]),
        (
            "change.late_rate",
            wording.percent(debt.penalty_rate_ppm),
            wording.percent(debt.conduct.late_rate_ppm),
        ),
        ("change.creditor", debt.legal_creditor, speaker.words["change.same"]),
    ):
        yield speaker.words[code], before, after


def _moves(speaker: Speaker) -> Section:
    found = (c for debt in speaker.contents.debts for c in clauses.measures(speaker, debt))
    return _of_clauses(speaker, "moves", found)


def _going_on(speaker: Speaker) -> Section:
    return _of_clauses(speaker, "going_on", clauses.going_on(speaker))


def _conduct(speaker: Speaker) -> Section:
    return _of_clauses(speaker, "conduct", clauses.conduct(speaker))


def _rights(speaker: Speaker) -> Section:
    return _of_clauses(speaker, "rights", clauses.rights(speaker))


def _basis(speaker: Speaker) -> Section:
    return _of_clauses(speaker, "basis", clauses.basis(speaker))


def _costs(speaker: Speaker) -> Section:
    words = speaker.words
    return Section("costs", words["costs"], cost_blocks(speaker))


def cost_blocks(speaker: Speaker, /) -> tuple[Block, ...]:
    """The cost sheet as it is printed."""
    words = speaker.words
    sheet = cost_sheet.cost_sheet(speaker.contents, speaker.language)
    columns = tuple(
        Column(words[f"cost.{name}"], "right" if name == "amount" else "left", name == "standard")
        for name in ("item", "how", "standard", "payee", "amount")
    )
    items = Table(
        columns=columns,
        rows=tuple(
            (
                item.label,
                item.how,
                item.standard,
                item.payee,
                speaker.amount(item.amount_minor or 0),
            )
            for item in sheet.items
        ),
        foot=(words["cost.sum"], "", "", "", speaker.amount(sheet.cost_minor)),
    )
    sums = (
        Pair("cost.principal", words["cost.principal"], speaker.amount(sheet.principal_minor)),
        Pair("cost.total", words["cost.total"], speaker.amount(sheet.total_minor), strong=True),
        Pair("cost.rate", words["cost.rate"], wording.percent(sheet.annual_rate_ppm), strong=True),
    )
    contingent = Clauses(
        tuple(
            clauses.Clause(
                "cost.contingent", item.label, item.how, flagged=item.amount_minor is None
            )
            for item in sheet.contingent
        )
    )
    notes = [Note(words["cost.promise"])]
    if speaker.contents.jurisdiction == "cn":
        notes.append(Note(words["cost.reference"], "quiet"))
    return items, Pairs(sums), Note(words["cost.contingent"], "large"), contingent, *notes


def schedule(speaker: Speaker, /) -> Section:
    """Every payment of the bill, then of each debt when there are several."""
    said, words = speaker.contents, speaker.words
    currency = wording.currency_name(said.currency, speaker.language)
    blocks: list[Block] = [Note(words["unit"].format(currency=currency), "quiet")]
    blocks.append(_table(speaker, said.rows, said.bill.totals))
    if len(said.debts) > 1:
        blocks.append(Note(f"{words['hash.bill']} {said.schedule_sha256}", "quiet"))
    for debt in said.debts:
        if len(said.debts) > 1:
            name = f"{wording.product(debt, speaker.language)} {debt.loan_ref}"
            blocks.append(_table(speaker, debt.result["rows"], debt.result["totals"], name))
        blocks.append(Note(f"{words['hash']} {debt.schedule_sha256}", "quiet"))
    return Section("schedule", words["schedule"], tuple(blocks), starts_page=True)


def _table(
    speaker: Speaker, rows: Sequence[dict[str, Any]], totals: dict[str, int], caption: str = ""
) -> Table:
    words, currency = speaker.words, speaker.contents.currency
    names = ("number", "due", "payment", "principal", "interest", "other", "balance")

    def money(amount_minor: int) -> str:
        return wording.money(amount_minor, currency=currency)

    def amounts(row: dict[str, int]) -> tuple[str, ...]:
        other = row["penalty_minor"] + row["fees_minor"]
        paid = (row["payment_minor"], row["principal_minor"], row["interest_minor"], other)
        return tuple(map(money, paid))

    return Table(
        columns=tuple(
            Column(words[f"row.{name}"], "left" if name == "due" else "right", name != "number")
            for name in names
        ),
        rows=tuple(
            (str(row["number"]), row["due_date"], *amounts(row), money(row["balance_minor"]))
            for row in rows
        ),
        foot=("", words["row.total"], *amounts(totals), ""),
        caption=caption,
        small=True,
    )


def _signatures(speaker: Speaker) -> Section:
    said, words = speaker.contents, speaker.words
    roles = ["borrower", *(signer.role for signer in said.signers), "lender"]
    boxes = seals.boxes(len(said.signers))
    labels = [words[f"signature.{role}"] for role in roles]
    notes = [Note(words[_level(said)]), Note(words["attachment"])]
    if said.signers:
        notes.append(Note(words["signature.order"]))
    sealed = Seals(tuple(zip(labels, boxes, strict=True)))
    return Section("signature.level", words["signatures"], (*notes, sealed), starts_page=True)


def _level(contents: Contents) -> str:
    if contents.signature_level == "licensed":
        return "signature.level.licensed"
    return "signature.level" if contents.jurisdiction == "cn" else "signature.level.elsewhere"


def _of_clauses(speaker: Speaker, code: str, found: Iterator[clauses.Clause]) -> Section:
    return Section(code, speaker.words[code], (Clauses(tuple(found)),))
