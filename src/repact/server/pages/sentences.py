"""The sentence for every error code, in the reader's language.

A code without a sentence of its own gets the general one, with the code, so that a person can
still tell us what they saw.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

from repact.errors import RepactError
from repact.server.pages import currency, plan_sentences, rules


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to look at again: the field it belongs to (or none) and what to do about it."""

    field: str | None
    sentence: str


class PageError(RepactError):
    """A form was not filled in as it must be."""


GENERAL = _("That did not work (%(code)s). Nothing was changed. Try again, or ask a person.")

SENTENCES: dict[str, str] = {
    "agreements.cannot_be_written": _(
        "A character of the name cannot be printed. Please ask a person; nothing is lost."
    ),
    "agreements.authority_away": _(
        "The timestamp service is not answering. What you did is kept; nothing more is needed."
    ),
    "agreements.charged_differs": _(
        "The amounts do not match what was signed, so nothing was charged. A person is looking."
    ),
    "agreements.code_expired": _("This code has expired. Send a new one."),
    "agreements.code_not_delivered": _(
        "The wallet did not take the message. Nothing is lost; try again in a minute."
    ),
    "agreements.code_wrong": _("That is not the code. Tries left: %(tries_left)s."),
    "agreements.not_all_loans": _(
        "A new plan ends the old one. All debts of the old plan that are not paid belong in it; "
        "%(missing)s is left out."
    ),
    "agreements.consent_missing": _("Tick the box if you agree. You can also leave it."),
    "agreements.cooling_off_over": _("The time to take it back without a reason is over."),
    "agreements.incomplete": _(
        "The agreement is not complete yet, so it cannot be signed. We will look into it."
    ),
    "agreements.identify_again": _(
        "For your safety, come in once more from your wallet. Your place is kept."
    ),
    "agreements.not_lawful": _(
        "A rule of the law is not met yet, so nobody can sign. We look into it: %(rules)s"
    ),
    "agreements.not_opened": _("Open the page first, then confirm it."),
    "agreements.not_your_turn": _("Somebody else signs first. We send you a message."),
    "agreements.not_all_seen": _("Please tick each of the points that matter most to you."),
    "agreements.not_read": _("Please read the cost sheet and the key facts first."),
    "agreements.read_first": _(
        "Please take a little more time to read it: about %(seconds)s seconds."
    ),
    "agreements.recording_missing": _("Name the recording, and write what was said."),
    "agreements.signer_unnamed": _(
        "Somebody who borrowed with you has to sign too. We are adding them; you need not do "
        "anything."
    ),
    "agreements.guarantor_unasked": _(
        "We have to ask your guarantor first. We tell you when you can sign."
    ),
    "agreements.same_account": _("Each person needs an account of their own."),
    "agreements.share_limits": _("A link works for up to 30 days and 20 openings."),
    "agreements.share_over": _("This link no longer works. Ask for a new one."),
    "agreements.too_late": _("The time to sign has run out. Ask for new plans; nothing is lost."),
    "agreements.too_many_checks": _("Too many files in an hour from here. Try again later."),
    "agreements.too_many_shares": _("Ten links are the most. End one first."),
    "agreements.too_many_codes": _("Too many codes in an hour. Try again later, or ask a person."),
    "agreements.waits_for_signer": _("Somebody still has to sign."),
    "agreements.words_unseen": _(
        "Some characters in these words cannot be seen. Type them again, please."
    ),
    "agreements.wrong_state": _("This agreement has moved on. Open it again to see where it is."),
    "cases.answer_ability": _("Enter what you could pay, and choose your payday."),
    "cases.answer_contact": _("Choose from the list, or nothing."),
    "cases.answer_duration": _("Choose one. “I don’t know” is fine."),
    "cases.answer_evidence": _("Choose one. “I’ll send it later” is fine."),
    "cases.answer_household": _("Enter 1 to 20 people, and sums from 0 to 999,999."),
    "cases.answer_income": _("Enter a sum from 0 to 999,999, or tick the box."),
    "cases.answer_reasons": _("Choose one or two, or “I’d rather not say”."),
    "cases.incomplete": _("One answer is still missing."),
    "cases.not_all_loans": _(
        "A new plan ends the old one. All debts of the old plan that are not paid belong in it; "
        "%(missing)s is left out."
    ),
    "cases.no_loan": _("There is no open debt to ask about."),
    "cases.answer_business": _("Enter sums from 0 to 999,999, and weekly or monthly."),
    "cases.answer_unusual": _("Choose one reason for each."),
    "cases.approver_has_the_case": _("Someone who does not work on this case must approve it."),
    "cases.already_open": _("A request of yours is open already. Go on with that one."),
    "cases.consent_answered": _("This person has answered already."),
    "cases.no_such_relief": _("The policy in force has no such help."),
    "cases.relief_over": _("This help ended on %(until)s. You can ask for a plan instead."),
    "cases.relief_own_proposal": _("Another supervisor must start what you proposed."),
    "cases.relief_stopped": _("This help was stopped. You can ask for a plan instead."),
    "cases.share_amount": _("Enter what you can pay all lenders together each month."),
    "cases.exception_reason": _("Say why the hold stays longer."),
    "cases.exception_until": _("Choose a day within %(days)s days from today."),
    "cases.no_adviser_time": _(
        "An adviser’s time is given %(times)s times at most. A supervisor can still decide."
    ),
    "cases.no_renewal_left": _(
        "The pause was made longer %(renewals)s times, as often as the rules allow. "
        "Ask a person: a supervisor can make an exception."
    ),
    "cases.not_before_arrears": _(
        "This lender takes requests from the first missed payment on. Ask a person if that is too "
        "late for you."
    ),
    "cases.not_on_hold": _("This case has no pause that could be made longer."),
    "cases.time_barred": _(
        "The time limit of a debt has run out. The warning must be read, and a supervisor must "
        "approve, before anyone signs."
    ),
    "reviews.appeal_too_late": _("The time to ask for a second look ended on %(until)s."),
    "reviews.nothing_to_appeal": _("There is no answer of ours to look at again."),
    "reviews.nothing_to_decide": _("This was decided already."),
    "reviews.own_refusal": _("Another person must decide this."),
    "reviews.say_why": _("Say by which rule, and what would change it."),
    "reviews.words_too_long": _("Please use at most %(most)s characters."),
    "loans.end_not_told": _("The borrower must be told first when the pause ends."),
    "cases.wrong_state": _("This case has moved on. Open it again to see where it is."),
    "clock.not_in_demo": _("The clock moves only in the demo."),
    "evidence.case_closed": _("This case takes no more files."),
    "evidence.consent_missing": _("This kind of paper needs your consent first. Tick the box."),
    "evidence.consent_withdrawn": _("The consent was taken back; nobody opens this paper."),
    "evidence.nothing_to_consent": _("This kind of paper needs no consent of its own."),
    "evidence.locked": _("This PDF has a password. Save it without one and send it again."),
    "evidence.not_picture_or_pdf": _("This is not a picture or a PDF."),
    "evidence.too_large": _("This file is too large. Up to 10 MB and 40 megapixels."),
    "evidence.too_many_files": _("Ten files are the most a case takes."),
    "evidence.too_many_pages": _("This PDF has more than 30 pages. Send the ones that matter."),
    "evidence.unreadable": _("This file cannot be opened. Try another photo."),
    "offers.above_authority": _("One of these plans needs a supervisor. Ask for approval."),
    "offers.already_chosen": _("A plan was already chosen."),
    "offers.case_not_in_review": _("Take the case first; plans are made while it is in review."),
    "offers.key_reused": _("This key already stood for something else. Use a new one."),
    "offers.changed": _("The figures changed since you looked. Look again and choose."),
    "offers.expired": _("These plans have run out."),
    "offers.message_too_long": _("The message is longer than 500 characters."),
    "offers.budget_exhausted": _(
        "What may be given away here is used up for now. Smaller concessions still work."
    ),
    "offers.no_approval_needed": _("These plans need nobody else. Send them."),
    "offers.nobody_may": _("Nobody may give this much. Change the plan."),
    "offers.none_fit": _("No plan fits. Give breathing space and talk to a supervisor."),
    "offers.position_moved": _(
        "A payment or an entry changed what is owed. The plans were worked out again: please look."
    ),
    "offers.reason_missing": _("Say why, in at most 500 characters."),
    "offers.say_which_rule": _("A refusal names its rule and another way. Choose both."),
    "offers.same_person": _("You made this yourself. Another person has to decide it."),
    "offers.not_buildable": _("One of the plans is against a rule. Change it, then keep them."),
    "offers.prepare_again": _("These plans are of another day. Work them out again first."),
    "offers.not_negotiable": _("This case has moved on. Open it again to see where it is."),
    "offers.too_many_questions": _(
        "Very many numbers in an hour. Wait a little, or ask a person: they can see what you tried."
    ),
    "bureau.already_disputed": _("You have objected already. You get an answer in writing."),
    "bureau.unknown_reason": _("Choose what is wrong."),
    "conversations.empty": _("Write something first."),
    "conversations.request_reused": _("This was sent already. Open the page again."),
    "conversations.too_long": _("At most %(most)s characters, please."),
    "conversations.unprintable": _("There is a character in it that cannot be shown."),
    "notices.unknown_channel": _("Choose channels we know."),
    "notices.email_unreadable": _("That is not an e-mail address."),
    "notices.caps_wrong": _("Between 1 and 1000, please; reminders may be 0."),
    "notices.code_expired": _("This code has expired. Send a new one."),
    "notices.code_wrong": _("That is not the code. Tries left: %(tries_left)s."),
    "notices.hours_wrong": _("An hour of the day has to stay open."),
    "notices.no_email": _("E-mail is not set up here. Your other choices are kept."),
    "notices.too_many_codes": _("%(most)s codes a day are the most. Try again tomorrow."),
    "notices.unknown_zone": _("Choose a time zone from the list, such as Asia/Shanghai."),
    "pages.not_understood": _("We did not understand this. Nothing was changed."),
    "pages.account_missing": _("Which account is it of?"),
    "pages.statement_missing": _("Choose a file."),
    "statements.cannot_explain": _("This line is something else already."),
    "statements.not_found": _("There is no such line any more."),
    "statements.no_account": _("That is not an account number."),
    "statements.no_mapping": _("Nobody has said yet which columns of this account’s CSV say what."),
    "statements.too_large": _("This file is too large. Ask the bank for fewer days at a time."),
    "statements.unknown_format": _("Choose one of the formats."),
    "statements.unreadable": _("This is no statement of that format. Nothing was taken in."),
    "pages.whole_number": _("A whole number, please."),
    "offers.wrong_state": _("These plans were already replaced."),
    "pages.file_missing": _("Choose the PDF first."),
    "pages.file_too_large": _("This file is larger than an agreement can be (2 MB)."),
    "pages.amount_out_of_range": _("Enter a sum from 0 to 999,999."),
    "pages.amount_unreadable": _("Enter a sum such as 5200, 5,200 or 5千."),
    "pages.choose_verdict": _("Choose: approve, give back, or refuse."),
    "pages.consent_first": _("Tick the box if you consent. Without it nothing is shared."),
    "pages.no_plan_chosen": _("There is no chosen plan to consent to yet."),
    "pages.signer_missing": _("Give the account and the masked identity number."),
    "pages.call_missing": _("Say when the call was and how long it took."),
    "pages.choose_one": _("Choose one of the plans."),
    "pages.choice_unknown": _("Choose one of the list."),
    "pages.date_unreadable": _("Enter a date such as 2026-12-15."),
    "pages.number_unreadable": _("Enter a whole number."),
    "people.not_allowed": _("Your role does not allow this."),
    "policies.other_law": _("This policy is made for the law of another place."),
    "policies.already_published": _("This policy is already published, word for word."),
    "policies.not_clean": _("The policy check found something. Mend it first."),
    "policies.not_stopped": _("New offers are not stopped."),
    "policies.reason_missing": _("Say why, in at most 500 characters."),
    "policies.resume_not_asked": _("One person asks to resume, another one does it."),
    "policies.same_person": _("You did the first step. Another person has to do this one."),
    "policies.stopped": _("New offers are stopped for now. Signed plans go on."),
    "policies.takes_effect_in_the_past": _("A policy takes effect today or later, never earlier."),
    "policies.wrong_state": _("This policy was already decided."),
    "cases.too_many_incomes": _(
        "Very many incomes in an hour. Wait a little; what you told first is kept."
    ),
    "law.asked_too_late": _("That was asked for later than the law allows."),
    "law.given_before_asked": _("The answer cannot be earlier than the question."),
    "law.breathing_space_too_soon": _("A pause like this is possible once in twelve months."),
    "law.rule_not_in_force": _("That rule is not in force on that day."),
    "policy.nothing_wished": _("Enter an amount, or change something else."),
    "policy.wish_out_of_range": _("That is outside what a plan can have. Try something nearer."),
    "policy.none_in_force": _("No policy is in force today."),
    **plan_sentences.SENTENCES,
    "connectors.unreachable": _("Another system did not answer. Nothing is lost; try again soon."),
}

# What is wrong with a PDF that somebody brings to be checked.
FINDINGS: dict[str, str] = {
    "agreements.attachment_missing": _("The terms that travel inside an agreement are missing."),
    "agreements.certificate_revoked": _("A certificate had been revoked before it signed."),
    "agreements.changed_after_signing": _("Something was changed after the first signature."),
    "agreements.figures_unreadable": _("The figures of the text cannot be read."),
    "agreements.schedule_differs": _("The payments are not those that the terms make."),
    "agreements.signature_invalid": _("A signature or its timestamp does not hold."),
    "agreements.signatures_missing": _("It does not carry every signature it needs."),
    "agreements.text_differs": _("The text shows other figures than the attached terms."),
}
NOT_AN_AGREEMENT = _("This is not an agreement signed here, or the file is damaged.")


def finding(code: str, /) -> str:
    """What is wrong with a file, in the reader's language."""
    return gettext(FINDINGS.get(code, NOT_AN_AGREEMENT))


TOLD: dict[str, str] = {
    "debit_declined": _(
        "The debit of %(amount)s did not work: too little in the wallet. No fee was charged."
    ),
    "appeal_overturned": _(
        "Another person looked at our no and changed it. We go on with your request."
    ),
    "appeal_upheld": _(
        "Another person looked at our no and came to the same answer. The reason is on your page."
    ),
    "evidence_due": _(
        "Please send the paper you meant to send by %(due_date)s. If you cannot get it, tell us: "
        "another one may do."
    ),
    "evidence_missed": _(
        "The paper had not come by %(due_date)s. Nothing you signed is taken back. A person looks "
        "at what is possible without it, and you can still send it."
    ),
    "debt_back_in_request": _(
        "The payment of debt %(reference)s was returned, so your request for a plan goes on with "
        "it. Collection of it has stopped again, and a person looks."
    ),
    "debt_paid": _(
        "Debt %(reference)s is paid. Your request for a plan ended with it; nothing more is needed."
    ),
    "debt_paid_rest": _(
        "Debt %(reference)s is paid. Your request goes on for your other debts: plans offered "
        "before no longer hold, and a person works out new ones."
    ),
    "hold_ends": _(
        "The pause ends on %(until_date)s. From the next day the contract goes on; nothing is "
        "added for the time before. If that is too soon, tell us."
    ),
    "hold_extended": _("The pause now lasts until %(until_date)s."),
    "relief_offered": _(
        "There is help for people in your area or at your employer until %(until_date)s. "
        "You can accept it with one tap on your page."
    ),
    "share_invited": _(
        "You asked all your lenders here for one plan. Our part would be %(amount)s a month: one "
        "tap on your page asks us for it."
    ),
    "share_agreed": _("We agree to %(amount)s a month as our part of your plan for all debts."),
    "share_declined": _(
        "We cannot agree to %(amount)s a month as our part. Ask us for a plan of your own: a "
        "person looks at it."
    ),
    "refused": _(
        "We could not agree to a new plan. Your page says why and what would change it. Until "
        "%(until_date)s another person can look again; the pause stays."
    ),
    "due_soon": _("%(amount)s is due on %(due_date)s."),
    **plan_sentences.TOLD,
    "offers_ready": _("Your plans are ready to compare."),
    "answered": _("There is an answer to your message."),
    "email_to_confirm": _("We sent a code to the e-mail address you gave us."),
    "record_notice": _(
        "Your credit record will show a change. Your page says exactly what; you can object."
    ),
    "record_corrected": _("You were right about your credit record. It is being put right."),
    "record_stands": _(
        "We checked your credit record: what it shows is right. Your page says why and where to "
        "turn."
    ),
    "paid": _("%(amount)s arrived. Thank you."),
    "plan_refused": _("One plan was not agreed. The reason and another way are in your case."),
    "paper_settlement": _(
        "Agreement %(reference)s is paid. Your certificate of settlement is ready to keep."
    ),
    "paper_oral_confirmation": _(
        "What we agreed on the phone is in a sealed letter. If it differs from what you said, tell "
        "us: agreement %(reference)s."
    ),
    "paper_withdrawal": _("The withdrawal from agreement %(reference)s is confirmed in a letter."),
    "plan_begun": _("Agreement %(reference)s is in force. The old contract’s debits stay stopped."),
}


# What a notice adds where a debt has gone the way of the law: a court does not wait for our talk.
IN_LAW: dict[str, str] = {
    "pre_suit": _("No court has it."),
    "filed": _("The court’s dates stand all the same."),
    "judgment": _("The judgment stands all the same."),
    "enforcement": _("What the court ordered goes on until the court is told."),
    "insolvency": _("Payments are decided in the insolvency procedure."),
}
WORDED_BY_STAGE = frozenset(
    {
        "appeal_overturned",
        "appeal_upheld",
        "debt_transferred",
        "hold_ends",
        "hold_extended",
        "offers_ready",
        "plan_begun",
        "plan_refused",
        "refused",
    }
)


def told(kind: str, params: dict[str, Any], /) -> str:
    """What a notice says, in the reader's language, worded by the stage the debt was in."""
    facts = {
        **params,
        "amount": currency.written(params.get("amount_minor")),
        "open": currency.written(params.get("open_minor")),
    }
    if kind == "plan_changed":
        facts["sentence"] = params["zh" if (get_language() or "zh").startswith("zh") else "en"]
    said = gettext(TOLD[kind]) % facts
    stage = params.get("legal_stage", "none")
    if kind in WORDED_BY_STAGE and stage in IN_LAW:
        return gettext("%(said)s %(stage)s") % {"said": said, "stage": gettext(IN_LAW[stage])}
    return said


def sentence(error: RepactError, /) -> str:
    """What the error means for the reader."""
    text = gettext(SENTENCES.get(error.code, GENERAL))
    params = {**error.params, "code": error.code}
    if error.code == "agreements.not_lawful":
        forbidding = str(error.params["rules"]).split(", ")
        params["rules"] = gettext("; ").join(rules.words(rule) for rule in forbidding)
    return text % params


def problem(error: RepactError, /) -> Problem:
    """The error as the page shows it."""
    return Problem(field=error.field, sentence=sentence(error))
