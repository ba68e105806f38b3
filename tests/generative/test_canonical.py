"""The canonical form of a value is what the library of RFC 8785 makes of it."""

from __future__ import annotations

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from repact import canonical

NAMES = st.text(st.characters(codec="ascii"))
WHOLE = st.integers(-(2**53) + 1, 2**53 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | WHOLE | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner),
)


@given(VALUES)
def test_a_value_is_written_as_rfc_8785_says(value):
    assert canonical.dumps(value) == rfc8785.dumps(value)


@given(st.integers(min_value=2**53) | st.integers(max_value=-(2**53)))
def test_a_number_that_no_double_holds_is_refused(value):
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical.dumps([value])
