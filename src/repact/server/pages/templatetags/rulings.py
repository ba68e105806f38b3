"""Rules in the words of a page: `{{ rule|rule_words }}`."""

from __future__ import annotations

from django import template

from repact.server.pages import rules

register = template.Library()


@register.filter
def rule_words(rule_id: str) -> str:
    """What a rule of the policy or of the law says, in the reader's language."""
    return rules.words(str(rule_id))
