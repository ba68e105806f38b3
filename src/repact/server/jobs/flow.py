"""How things move forward: an event in the audit trail, and the task that carries it on.

This table alone knows what follows what; the stages themselves only know what came before them.
"""

from __future__ import annotations

from repact.server.audit import actions as audit_actions

FORWARD: dict[str, str | tuple[str, ...]] = {
    "cases.submit": (
        "jobs.send_holds",
        "jobs.expect_evidence",
        "jobs.propose_offers",
        "jobs.publish",
    ),
    "cases.withdraw": "jobs.close_offers",
    "evidence.promise_missed": "jobs.papers_missed",
    "agreements.void": "jobs.reopen_case",
    "agreements.supersede": "jobs.tell_mandate",
    "agreements.reopen": "jobs.take_back_reports",
    "agreements.resume": ("jobs.tell_mandate", "jobs.publish"),
    "repayments.withdraw": (
        "jobs.end_case",
        "jobs.confirm_withdrawal",
        "jobs.take_back_reports",
        "jobs.tell_mandate",
        "jobs.give_back_budget",
        "jobs.end_kept_plan",
    ),
    "repayments.terminate": "jobs.end_case",
    "cases.start_relief": "jobs.invite_to_relief",
    "cases.ask_lenders": "jobs.spread_request",
    "cases.decide_share": "jobs.gather_answers",
    "cases.withdraw_shared": "jobs.close_shared",
    "loans.hold": ("jobs.recall", "jobs.heed_request", "jobs.publish"),
    "loans.release": ("jobs.send_releases", "jobs.recall", "jobs.heed_request", "jobs.publish"),
    "loans.paid": "jobs.drop_paid_debt",
    "loans.close": "jobs.drop_paid_debt",
    "loans.owed_again": "jobs.take_up_again",
    "cases.take_up_again": "jobs.send_holds",
    "loans.replace_by_plan": "jobs.recall",
    "loans.block_line": "jobs.send_line_block",
    "loans.draw_again": "jobs.send_line_block",
    "agreements.agree": "jobs.finish_signing",
    "agreements.record_oral": "jobs.finish_signing",
    "agreements.next_signer": "jobs.invite_signer",
    "agreements.sign": ("jobs.begin_plan", "jobs.confirm_oral"),
    "agreements.complete": (
        "jobs.certify_settlement",
        "jobs.plan_reports",
        "jobs.refund_rest",
        "jobs.publish",
    ),
    "agreements.issue_paper": "jobs.tell_paper",
    "loans.position_moved": "jobs.reissue_offers",
    "offers.send": ("jobs.tell_offers", "jobs.await_papers"),
    "offers.refuse": "jobs.tell_refusal",
    "reconciliation.begin_again": "jobs.begin_plan",
    "reconciliation.push_again": "jobs.push_plan",
    "repayments.begin": (
        "jobs.tell_begun",
        "jobs.tell_mandate",
        "jobs.push_plan",
        "jobs.plan_reports",
        "jobs.publish",
    ),
    "agreements.breach": ("jobs.plan_reports", "jobs.publish"),
    "repayments.revoke_mandate": "jobs.tell_mandate",
    "repayments.grant_mandate": "jobs.tell_mandate",
    "repayments.refund_credit": "jobs.send_refund",
    "repayments.return_suspense": "jobs.send_refund",
    "notices.queue": "jobs.send_notice",
    "statements.take_in": "jobs.finish_statement",
    "webhooks.receive": "jobs.take_in_event",
    "repayments.request_collection": "jobs.collect",
    "repayments.post_payment": ("jobs.tell_paid", "jobs.push_payment"),
    "repayments.reverse_payment": ("jobs.push_payment", "jobs.publish"),
}


def register() -> None:
    """Have each of these events enqueue its tasks, in the event's own transaction."""
    for action, tasks in FORWARD.items():
        for task in (tasks,) if isinstance(tasks, str) else tasks:
            audit_actions.forward(action=action, task=task)
