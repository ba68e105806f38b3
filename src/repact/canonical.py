"""Canonical JSON (RFC 8785): the one form of a value that every hash is taken of."""

from __future__ import annotations

from typing import Any

import orjson
import rfc8785

_AS_RFC_8785 = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER


def dumps(value: Any, /) -> bytes:
    """A value of texts, whole numbers, truth values, lists, and objects with names in ASCII.

    For these orjson writes what RFC 8785 asks for, names in order and no blanks, in a twentieth of
    the time of its own library (a property test compares them); what it refuses, such as a number
    that does not fit a double, the library refuses or writes by the letter. No floats come here:
    every door refuses them.
    """
    try:
        return orjson.dumps(value, option=_AS_RFC_8785)
    except TypeError:  # what orjson raises for all it does not write
        return rfc8785.dumps(value)
