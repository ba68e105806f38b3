"""Nobody signs half a text: lists kept as data say what an agreement must say."""

from __future__ import annotations

import pytest

from repact.server.agreements.documents import checklist, composing
from repact.server.agreements.errors import AgreementError
from tests.unit.agreements.contents import contents, of_two_debts, stored

PLACES = ["cn", "eu", "uk", "us", "au", "in", "sg", "hk"]


def items(made):
    return {f"{one.checklist}.{one.item}" for one in checklist.missing(made)}


class TestAnAgreement:
    @pytest.mark.parametrize("place", PLACES)
    @pytest.mark.parametrize("language", ["zh-hans", "en", "bilingual"])
    def test_is_complete_in_every_place_and_language(self, place, language):
        made = of_two_debts(jurisdiction=place, language=language)
        assert checklist.missing(made) == ()
        checklist.assert_complete(made)

    def test_without_a_way_to_complain_cannot_be_signed(self):
        made = stored()
        made["lender"]["complaint_phone"] = ""
        with pytest.raises(AgreementError, match=r"agreements\.incomplete") as refusal:
            checklist.assert_complete(contents(**made))
        assert refusal.value.params["items"] == "everywhere.complaints"

    @pytest.mark.parametrize(
        "owes",
        [
            {"kind": "up_to", "loan_refs": ["D-0001"]},
            {"kind": "up_to", "loan_refs": ["X-9"], "amount_minor": 1},
            {"kind": "joint", "loan_refs": []},
            {"kind": "represented"},
        ],
    )
    def test_that_does_not_say_what_a_signer_answers_for_cannot_be_signed(self, owes):
        signer = {"role": "guarantor", "name": "王大力", "id_number_masked": "9", "liability": owes}
        assert items(contents(signers=[signer])) == {"everywhere.liability_of_each_signer"}

    def test_in_a_place_nobody_wrote_the_law_of_is_not_complete(self):
        assert items(contents(jurisdiction="zz")) == {"everywhere.law"}

    def test_elsewhere_tells_what_changes_before_it_does(self):
        made = stored(jurisdiction="eu")
        made["lender"]["complaint_phone"] = ""
        assert "modification.complaint_means" in items(contents(**made))


class TestAListOfWhatMustBeSaid:
    @pytest.mark.parametrize("asked", checklist.lists(), ids=lambda asked: asked["code"])
    def test_can_find_each_of_its_items_missing(self, asked, monkeypatch):
        """A check that nothing can fail is none: take away what says an item, and it is missed."""
        place = (asked["jurisdictions"] or ["cn"])[0]
        made = of_two_debts(jurisdiction=place)
        whole = composing.compose(made, "zh-hans").codes()
        for item, needs in asked["items"].items():
            for need in needs:
                rest = whole - set(need.split("|"))
                monkeypatch.setattr(composing.Text, "codes", lambda self, rest=rest: rest)
                assert f"{asked['code']}.{item}" in items(made)
                monkeypatch.undo()

    def test_of_cards_does_not_bind_other_debts(self, monkeypatch):
        monkeypatch.setattr(composing.Text, "codes", lambda self: set())
        assert not any(item.startswith("card.") for item in items(contents()))
        assert any(item.startswith("card.") for item in items(of_two_debts()))


class TestLiability:
    SIGNER = {
        "role": "guarantor",
        "name": "王大力",
        "id_number_masked": "999**********0002",
        "company": "",
        "liability": {"kind": "up_to", "loan_refs": ["D-0001"], "amount_minor": 500_000},
    }

    def said(self, **changes):
        owes = {**self.SIGNER["liability"], **changes}
        made = of_two_debts(signers=[{**self.SIGNER, "liability": owes}])
        (section,) = [
            s for s in composing.compose(made, "zh-hans").sections if s.code == "liability"
        ]
        return " ".join(clause.sentence for clause in section.blocks[0].items)

    def test_says_the_most_that_can_be_asked(self):
        assert "¥5,000.00" in self.said()

    def test_names_no_other_debt(self):
        assert "K-0002" not in self.said()

    def test_of_a_co_borrower_is_the_sum_of_the_listed_debts(self):
        said = self.said(kind="joint", amount_minor=None)
        assert "¥14,785.64" in said

    def test_of_a_representative_is_none(self):
        made = {**self.SIGNER, "role": "company_representative", "company": "示例商贸有限公司"}
        made["liability"] = {"kind": "represented"}
        text = composing.compose(contents(signers=[made]), "zh-hans")
        (section,) = [s for s in text.sections if s.code == "liability"]
        (clause,) = section.blocks[0].items
        assert clause.sentence == "王大力 代表 示例商贸有限公司 签署，个人不承担还款责任。"
        assert clause.flagged

    def test_ends_when_it_was_said_to_end(self):
        assert "2026-07-01" in self.said(until_date="2026-07-01")


class TestAnAmendment:
    def test_names_the_agreement_it_replaces_by_its_fingerprint(self):
        old = {
            "reference": "A-20231101-0007",
            "agreement_date": "2023-11-01",
            "contents_sha256": "d" * 64,
        }
        text = composing.compose(contents(replaces=old), "zh-hans")
        (basis,) = [s for s in text.sections if s.code == "basis"]
        said = " ".join(clause.sentence for clause in basis.blocks[0].items)
        assert "A-20231101-0007" in said
        assert "d" * 64 in said

    def test_agreed_by_voice_says_so_where_it_is_seen(self):
        text = composing.compose(contents(channel="oral"), "en")
        (basis,) = [s for s in text.sections if s.code == "basis"]
        assert next(c for c in basis.blocks[0].items if c.code == "basis.oral").flagged
