"""What a message outside our pages says: that there is something, never what.

No amount, no word of debt, no reference: the screen may be seen by others.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

_LANGUAGES = ("zh-hans", "en")


@dataclass(frozen=True, slots=True)
class Words:
    """A title and a text."""

    title: str
    text: str


def words(*, lender_zh: str, lender_en: str, language: str, code: str = "") -> Words:
    """The words of every message, in the addressee's language; a code its addressee waits for."""
    known = _known(language)
    with translation.override(known):
        name = lender_en if known == "en" else lender_zh
        if code:
            return Words(
                title=gettext("Your code"),
                text=gettext(
                    "%(lender)s: %(code)s confirms this address. If you did not ask, do nothing."
                )
                % {"lender": name, "code": code},
            )
        return Words(
            title=gettext("A message for you"),
            text=gettext("%(lender)s: there is a message for you. Read it here: %(link)s")
            % {"lender": name, "link": f"{settings.REPACT_SITE_URL}/home/"},
        )


def link(*, lender_zh: str, lender_en: str, language: str, path: str) -> Words:
    """The words that carry a link to somebody in the contract beside the borrower."""
    known = _known(language)
    with translation.override(known):
        name = lender_en if known == "en" else lender_zh
        text = gettext(
            "%(lender)s: there is a paper for you to look at: %(link)s "
            "We tell you the code ourselves."
        )
        return Words(
            title=gettext("A paper for you"),
            text=text % {"lender": name, "link": f"{settings.REPACT_SITE_URL}{path}"},
        )


def _known(language: str) -> str:
    return language if language in _LANGUAGES else _LANGUAGES[0]
