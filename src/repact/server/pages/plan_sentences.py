"""Sentences about a plan that runs: what a borrower is told, and why something did not work."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

SENTENCES: dict[str, str] = {
    "pages.date_unreadable": _("Choose a day."),
    "plan.date_moved_too_far": _("That day is too far away. Up to %(days_max)s days are agreed."),
    "plan.no_date_moves_left": _("Your agreement has no change of day now."),
    "plan.no_skips_left": _("Your agreement has no skip now."),
    "plan.no_such_row": _("There is no open payment of that number."),
    "plan.row_not_movable": _("This payment can no longer be moved: it is paid or past its day."),
    "repayments.already_worked": _("Somebody has worked this sum already."),
    "repayments.beside_closed": _("This sum is paid or given up already."),
    "repayments.before_the_plan": _("The value date lies before the plan began."),
    "repayments.breach_too_early": _("A breach is not possible yet."),
    "repayments.charging_stopped": _(
        "Nothing is charged right now: a person is checking the figures. Nothing is late meanwhile."
    ),
    "repayments.already_decided": _("Somebody has decided this already."),
    "repayments.buyer_missing": _("Write who buys the debt."),
    "repayments.cannot_dispose": _(
        "This cannot be done while a request is open or a plan runs, or once the debt is over."
    ),
    "repayments.disposal_waits": _("This was asked for already and waits."),
    "repayments.four_eyes": _("Somebody else has to decide what you asked for."),
    "repayments.reason_missing": _("Write why, in up to 500 characters."),
    "repayments.unknown_debt": _("There is no debt or agreement with that number."),
    "repayments.more_than_owed": _("That is more than is left to pay."),
    "repayments.new_plan_asked": _(
        "The borrower asks for another plan. No breach is declared meanwhile."
    ),
    "repayments.no_account_to_return_to": _("It is not known where this money came from."),
    "repayments.not_all_loans": _(
        "A new plan ends the old one. All debts of the old plan that are not paid belong in it; "
        "%(missing)s is left out."
    ),
    "repayments.not_breached": _("Only a broken plan can be ended."),
    "repayments.not_in_force": _("This plan takes no payments any more."),
    "repayments.not_positive": _("Enter a sum above 0."),
    "repayments.nothing_due": _("Nothing is due."),
    "repayments.nothing_to_undo": _("There is nothing of today to undo."),
    "repayments.unknown_agreement": _("There is no such agreement."),
    "repayments.unknown_beside": _("There is no such sum any more."),
    "repayments.unknown_payment": _("There is no such payment."),
    "repayments.wrong_currency": _("The plan is in another currency."),
}

TOLD: dict[str, str] = {
    "breached": _(
        "The agreed days have passed, so the plan counts as broken. %(amount)s is due; once it is "
        "paid, the plan goes on. A person can help: ask for a new plan."
    ),
    "contract_payment_reversed": _(
        "The payment of %(amount)s for debt %(reference)s was returned. It is owed again as if it "
        "had not arrived: %(open)s in all today. If that is hard, ask for a plan."
    ),
    "debit_left_enough": _(
        "We did not debit %(amount)s: too little would have stayed in your wallet to live on. "
        "No fee was charged."
    ),
    "debit_refused": _(
        "%(amount)s could not be debited from your wallet. No fee was charged. "
        "You can pay it yourself at any time."
    ),
    "debt_sold": _(
        "Your debt %(reference)s was transferred: you owe it to %(buyer)s from now on. What you "
        "may say against the debt holds against them, too. Pay nobody who cannot show it."
    ),
    "debt_transferred": _(
        "From %(from_date)s debt %(reference)s belongs to %(buyer)s, no longer to us: %(amount)s "
        "by our books on that day. Only whom you owe changes. What was agreed with you stays as it "
        "was agreed, what you paid us before counts, and what you may say against the debt holds "
        "against them, too. Pay nobody who cannot show the transfer. Complaints about us stay with "
        "us: %(phone)s."
    ),
    "invite": _(
        "%(amount)s is still open. Until %(last_date)s the plan is whole. If it no longer fits, "
        "ask for a new one; that costs nothing."
    ),
    "late": _(
        "%(amount)s is late. Pay it by %(last_date)s and the plan goes on as agreed. "
        "If this month is hard, tell us."
    ),
    "missed": _(
        "%(amount)s was due on %(due_date)s. For %(grace_days)s days nothing is added. "
        "If this month is hard, tell us."
    ),
    "nudge": _(
        "The days without cost for %(amount)s end soon. Pay a part, choose another day or tell "
        "us: one tap in your plan."
    ),
    "payment_owed_beside": _(
        "The payment of %(amount)s for %(reference)s was returned. It is owed beside your plan: "
        "nobody debits it and nothing is added to it. A person tells you how you can pay it."
    ),
    "payment_reversed": _("The payment of %(amount)s was returned. It is open again."),
    "plan_changed": _("%(sentence)s"),
    "plan_reopened": _(
        "A payment was returned after plan %(reference)s was paid, so the plan runs again: "
        "%(amount)s is open. Nothing was added for the days between. The certificate of "
        "settlement no longer holds; you get a new one when it is paid."
    ),
    "refunded": _("%(amount)s that was paid too much is back where it came from."),
    "plan_goes_on": _(
        "Your request for another plan has ended. Your plan goes on as agreed; no time limit "
        "counts the days in between."
    ),
    "plan_goes_on_late": _(
        "Your request for another plan has ended. Your plan goes on: %(amount)s is due. Until "
        "%(last_date)s the plan is whole; no time limit counts the days in between."
    ),
    "plan_waits": _(
        "You asked for another plan. While we look at it nobody reminds you, nothing is debited "
        "and your plan does not count as broken."
    ),
    "plan_waits_late": _(
        "You asked for another plan. While we look at it nobody reminds you, nothing is debited "
        "and your plan does not count as broken. %(amount)s is due; paying it is welcome, at your "
        "own time."
    ),
    "reinstated": _("Everything due is paid. The plan goes on as agreed."),
    "terminated": _("The plan has ended. %(amount)s is owed today. A person can help."),
    "withdrawn_to_plan": _(
        "The new plan was taken back. Your plan %(reference)s goes on as it was: what you paid "
        "counts, and the days in between cost nothing."
    ),
    "withdrawn": _(
        "The plan was taken back. The contract stands as before; what you paid counts, and the "
        "days in between cost nothing."
    ),
}
