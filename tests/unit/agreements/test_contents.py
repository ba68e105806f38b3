"""What an agreement says, as data: the bill is the sum of its debts, old versions stay readable."""

from __future__ import annotations

import pytest

from repact.server.agreements.documents.contents import read
from tests.unit.agreements.contents import contents, first_version, of_two_debts, stored


class TestTheContents:
    def test_are_read_as_they_were_kept(self):
        assert read(contents().model_dump(mode="json")) == contents()

    def test_of_several_debts_say_one_bill(self):
        made = of_two_debts()
        assert made.total_minor == sum(
            row["payment_minor"] for debt in made.debts for row in debt.result["rows"]
        )
        assert made.owed_minor == sum(debt.owed_minor for debt in made.debts)

    def test_of_the_first_version_stay_readable(self):
        old = read(first_version())
        now = contents()
        assert (old.rows, old.total_minor, old.owed_minor) == (
            now.rows,
            now.total_minor,
            now.owed_minor,
        )

    @pytest.mark.parametrize("version", [1, 2])
    def test_hold_nothing_unknown(self, version):
        kept = first_version() if version == 1 else stored()
        with pytest.raises(ValueError, match="unknown_key|extra_forbidden"):
            read({**kept, "surprise": 1})

    @pytest.mark.parametrize(
        "changed",
        [
            {"schedule_sha256": "0" * 64},
            {"currency": "USD"},
            {"bill": {**stored()["bill"], "rows": stored()["bill"]["rows"][:-1]}},
            {"bill": {**stored()["bill"], "totals": {"payment_minor": 1}}},
        ],
    )
    def test_whose_bill_is_not_the_sum_are_refused(self, changed):
        with pytest.raises(ValueError, match="differs?"):
            contents(**changed)

    @pytest.mark.parametrize("name", ["payment_minor", "interest_minor", "balance_minor"])
    def test_with_one_changed_cent_are_refused(self, name):
        kept = stored()
        kept["bill"]["rows"][5] = {**kept["bill"]["rows"][5], name: 1}
        with pytest.raises(ValueError, match="bill_differs"):
            read(kept)
