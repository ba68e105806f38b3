"""The sentence for every error code, in the reader's language.

A code without a sentence of its own gets the general one, with the code, so that a person can
still tell us what they saw.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from repact.errors import RepactError


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to look at again: the field it belongs to (or none) and what to do about it."""

    field: str | None
    sentence: str


GENERAL = _("That did not work (%(code)s). Nothing was changed. Try again, or ask a person.")

SENTENCES: dict[str, str] = {
    "people.not_allowed": _("Your role does not allow this."),
}


def sentence(error: RepactError, /) -> str:
    """What the error means for the reader."""
    text = gettext(SENTENCES.get(error.code, GENERAL))
    return text % {**error.params, "code": error.code}


def problem(error: RepactError, /) -> Problem:
    """The error as the page shows it."""
    return Problem(field=error.field, sentence=sentence(error))
