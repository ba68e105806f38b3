"""The clauses of an agreement: one source for the page, the PDF and the checklist.

A clause whose facts are not known is not written; `checklist` then says what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from string import Formatter

from repact.plans import terms as t
from repact.plans.conduct import AllocationRule, Conduct, late_cost
from repact.server.agreements.documents import moved, wording
from repact.server.agreements.documents.contents import Contents, Debt, Language
from repact.server.agreements.documents.parties import Signer

LATE_EXAMPLE_DAYS = 10


@dataclass(frozen=True, slots=True)
class Clause:
    """One promise: what it is about and what it says.

    `flagged` ones matter most to the reader: a standard term of major interest that nobody is
    made aware of is no part of the contract (Civil Code of China art. 496).
    """

    code: str
    label: str
    sentence: str
    flagged: bool = False


class Speaker:
    """Says clauses of one agreement in one language, each with the agreement's own figures."""

    def __init__(self, contents: Contents, language: Language, /) -> None:
        self.contents = contents
        self.language = language
        self.words = wording.catalogue(language)
        self.facts = _facts(contents, language)

    def amount(self, amount_minor: int) -> str:
        """Money with its sign."""
        return wording.amount(amount_minor, currency=self.contents.currency)

    def say(
        self, code: str, /, *, flagged: bool = False, of: Debt | None = None, **facts: str
    ) -> Iterator[Clause]:
        """One clause, or none when a figure it needs is not known; `of` names its debt."""
        known = {name: fact for name, fact in (self.facts | facts).items() if fact}
        label = self.words.get(code) or self.words[code.rsplit(".", 1)[0]]
        if of and len(self.contents.debts) > 1:
            label += self.words["cost.debt"].format(ref=of.loan_ref)
        template = self.words[f"{code}.sentence"]
        if _holes(label + template) <= known.keys():
            yield Clause(code, label.format(**known), template.format(**known), flagged)


def promises(speaker: Speaker, /) -> Iterator[Clause]:
    """What both sides promise, on the first page and on the borrower's screen."""
    said, say = speaker.contents, speaker.say
    yield from say("pay" if len(said.paying_rows) > 1 else "pay_once")
    yield from say("debit" if said.borrower.account_tail else "debit_any")
    yield from _waived(speaker)
    for debt in _by_conduct(said):
        yield from _late(speaker, debt)
    yield from say("early")
    yield from say("record", flagged=True)
    yield from say("collection")
    if any(debt.product_kind == "card" for debt in said.debts):
        yield from say("no_new_cards", flagged=True)
    for code in ("help", "help_reply", "help_phone", "complain"):
        yield from say(code)
    yield from say("cooling_off" if said.cooling_off_days else "no_cooling_off")


def flagged(speaker: Speaker, /) -> dict[str, Clause]:
    """The promises that matter most, each under a name of its own, the same in every language:
    what a reader ticks one by one (Civil Code of China art. 496)."""
    found: dict[str, Clause] = {}
    for clause in promises(speaker):
        if clause.flagged:
            same = sum(known.code == clause.code for known in found.values())
            found[f"{clause.code}-{same + 1}" if same else clause.code] = clause
    return found


def _waived(speaker: Speaker) -> Iterator[Clause]:
    said = speaker.contents
    if not said.waived_minor:
        return
    now = sum(
        move.amount_minor
        for debt in said.debts
        for move in moved.moves(debt)
        if isinstance(move.measure, t.Waive) and move.measure.vests == "now"
    )
    if now < said.waived_minor:
        yield from speaker.say("waived_later")
    elif any(debt.conduct.waivers_return for debt in said.debts):
        yield from speaker.say("waived_returning")
    else:
        yield from speaker.say("waived")


def _late(speaker: Speaker, debt: Debt) -> Iterator[Clause]:
    conduct = debt.conduct
    of = debt if len(_by_conduct(speaker.contents)) > 1 else None
    facts = {
        "grace": str(conduct.grace_days),
        "late_rate": wording.percent(conduct.late_rate_ppm),
        "late_days": str(LATE_EXAMPLE_DAYS),
        "late_counted": str(max(LATE_EXAMPLE_DAYS - conduct.grace_days, 0)),
        "late_cost": speaker.amount(_late_example(speaker.contents, debt)),
    }
    yield from speaker.say(
        "late" if conduct.late_rate_ppm else "late_free", flagged=True, of=of, **facts
    )
    breach = str(conduct.grace_days + conduct.cure_days)
    yield from speaker.say("breach", flagged=True, of=of, breach_days=breach)
    if conduct.waivers_return and speaker.contents.waived_minor:
        yield from speaker.say("revival", flagged=True, of=of)


def _late_example(contents: Contents, debt: Debt) -> int:
    """What the first payment costs when it is some days late; of every debt under one conduct."""
    first = contents.paying_rows[0]
    due = date.fromisoformat(first["due_date"])
    same = [other for other in contents.debts if other.conduct == debt.conduct]
    return sum(
        late_cost(
            conduct=other.conduct,
            principal_minor=row["principal_minor"],
            due_date=due,
            on=due + timedelta(days=LATE_EXAMPLE_DAYS),
        )
        for other in same
        for row in other.result["rows"]
        if row["number"] == first["number"]
    )


def measures(speaker: Speaker, debt: Debt, /) -> Iterator[Clause]:
    """What is waived, moved or paused for one debt, and when a waiver becomes final."""
    terms = debt.agreed.terms
    found = []
    for move in moved.moves(debt):
        facts = {"amount": speaker.amount(move.amount_minor)}
        match move.measure:
            case t.Waive() as waive:
                code = f"move.waive.{waive.vests}"
            case t.Capitalize():
                code = "move.capitalize"
            case t.Carry() as carry:
                code = f"move.carry.{carry.to}"
            case t.SetAside():
                code = "move.set_aside"
        if not isinstance(move.measure, t.SetAside):
            facts["component"] = speaker.words[f"debt.{move.measure.component}"]
        found += speaker.say(code, of=debt, **facts)
    if (settled := moved.settled_minor(debt)) > 0:
        found += speaker.say("move.settlement", of=debt, amount=speaker.amount(settled))
    for segment in terms.shape:
        if isinstance(segment, t.Holiday):
            code = f"move.holiday.{segment.interest}"
            found += speaker.say(code, of=debt, rows=str(segment.count))
    yield from found or speaker.say("move.none", of=debt)


def going_on(speaker: Speaker, /) -> Iterator[Clause]:
    """Whether interest and fees go on, for every debt."""
    for debt in speaker.contents.debts:
        terms = debt.agreed.terms
        rate = "going_on.rate" if terms.annual_rate_ppm else "going_on.none"
        yield from speaker.say(rate, of=debt, rate=wording.percent(terms.annual_rate_ppm))
        for measure in terms.measures:
            if isinstance(measure, t.RateChange):
                yield from speaker.say(
                    "going_on.change",
                    of=debt,
                    **{"from": measure.from_date.isoformat()},
                    rate=wording.percent(measure.annual_rate_ppm),
                )
            if isinstance(measure, t.Freeze):
                yield from speaker.say(
                    "going_on.freeze",
                    of=debt,
                    **{"from": measure.from_date.isoformat()},
                    to=measure.to_date.isoformat(),
                )
    yield from speaker.say("going_on.fees")


def conduct(speaker: Speaker, /) -> Iterator[Clause]:
    """What happens later, in numbers."""
    alike = _by_conduct(speaker.contents)
    for debt in alike:
        yield from _conduct(speaker, debt.conduct, debt if len(alike) > 1 else None)
    if len(speaker.contents.debts) > 1:
        yield from speaker.say("conduct.across")


def _conduct(speaker: Speaker, rules: Conduct, of: Debt | None) -> Iterator[Clause]:
    say = speaker.say
    if rules.grace_days:
        yield from say("conduct.grace", of=of, grace=str(rules.grace_days))
    else:
        yield from say("conduct.no_grace", of=of)
    for code, value in (
        ("remind", rules.remind_days),
        ("tolerated", rules.tolerated_late),
        ("cure", rules.cure_days),
        ("skips", rules.skips),
    ):
        if value:
            yield from say(f"conduct.{code}", of=of, **{code: str(value)})
    if rules.date_moves and rules.date_move_days:
        counts = {"moves": str(rules.date_moves), "move_days": str(rules.date_move_days)}
        yield from say("conduct.moves", of=of, **counts)
    yield from say(f"conduct.excess.{rules.excess}", of=of)
    for rule in rules.allocation:
        days = rule.from_days_past_due
        code = "conduct.order_from" if days else "conduct.order"
        yield from say(code, of=of, days=str(days), order=_order(speaker, rule))


def _order(speaker: Speaker, rule: AllocationRule) -> str:
    comma = ", " if speaker.language == "en" else "、"
    return comma.join(speaker.words[f"order.{name}"] for name in rule.order)


def rights(speaker: Speaker, /) -> Iterator[Clause]:
    """Rights and duties of both sides, and where a quarrel goes."""
    yield from speaker.say("rights.borrower")
    yield from speaker.say("rights.lender")
    yield from speaker.say("rights.copy")
    yield from speaker.say("rights.notice" if "notice_days" in speaker.facts else "rights.consent")
    yield from speaker.say("rights.explain")
    yield from speaker.say("rights.dispute")


def liability(speaker: Speaker, signer: Signer, /) -> Iterator[Clause]:
    """What one further signer answers for: nothing about anybody else."""
    owes, words = signer.liability, speaker.words
    comma = ", " if speaker.language == "en" else "、"
    debts = [debt for debt in speaker.contents.debts if debt.loan_ref in owes.loan_refs]
    facts = {
        "name": signer.name,
        "company": signer.company,
        "refs": comma.join(debt.loan_ref for debt in debts),
        "total": speaker.amount(sum(d.result["totals"]["payment_minor"] for d in debts)),
        "amount": speaker.amount(owes.amount_minor) if owes.amount_minor is not None else "",
        "until": owes.until_date or "",
    }
    label = words[f"role.{signer.role}"]
    codes = [f"liability.{owes.kind}"]
    if owes.kind != "represented":
        codes += ["liability.until"] * bool(owes.until_date) + ["liability.change"]
    for code in codes:
        for clause in speaker.say(code, flagged=code == codes[0], **facts):
            yield Clause(clause.code, label, clause.sentence, clause.flagged)


def basis(speaker: Speaker, /) -> Iterator[Clause]:
    """What this text stands on: an earlier agreement, the law, the languages, the rules."""
    said, say = speaker.contents, speaker.say
    if said.replaces:
        old = said.replaces
        yield from say("basis.replaces", old=old.reference, day=old.agreement_date)
        yield from say("basis.replaces_print", print=old.contents_sha256)
    if said.channel == "oral":
        yield from say("basis.oral", flagged=True)
    yield from say("basis.law", place=speaker.words.get(f"place.{said.jurisdiction}", ""))
    if said.language == "bilingual":
        yield from say("basis.two_languages")
    yield from say("basis.rules", policy=said.policy_sha256[:12], law=said.law_sha256[:12])


def notice(speaker: Speaker, /) -> Iterator[Clause]:
    """What must be told before anything changes (Directive (EU) 2021/2167 art. 27)."""
    effective = speaker.contents.debts[0].agreed.terms.effective_date.isoformat()
    for code in ("changes", "consent", "when", "complain"):
        yield from speaker.say(f"notice.{code}", effective=effective)


def _holes(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def _by_conduct(contents: Contents) -> list[Debt]:
    """One debt for every different conduct: usually one."""
    found: list[Debt] = []
    for debt in contents.debts:
        if all(other.conduct != debt.conduct for other in found):
            found.append(debt)
    return found


def _facts(contents: Contents, language: Language) -> dict[str, str]:
    """The figures that sentences are filled with; what is not known is left out."""

    def written(amount_minor: int) -> str:
        return wording.amount(amount_minor, currency=contents.currency)

    rows, service = contents.paying_rows, contents.service
    facts = {
        "lender": wording.lender(contents, language),
        "phone": contents.lender.complaint_phone,
        "help_phone": contents.lender.help_phone,
        "installment": written(contents.installment_minor),
        "count": str(len(rows)),
        "total": written(contents.total_minor),
        "waived": written(contents.waived_minor),
        "first": rows[0]["due_date"],
        "last": rows[-1]["due_date"],
        "tail": contents.borrower.account_tail,
        "cooling_off": str(contents.cooling_off_days),
        "reply_hours": str(service.reply_hours or ""),
        "notice_days": str(service.notice_days or ""),
    }
    return {name: fact for name, fact in facts.items() if fact}
