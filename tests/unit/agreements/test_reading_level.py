"""An agreement is read by somebody who is worried: short clauses, plain words, no false claim."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from repact.server.agreements.documents import composing, wording
from tests.unit.agreements.contents import contents, of_two_debts
from tests.unit.agreements.measured import every_measure

ZH, EN = wording.catalogue("zh-hans"), wording.catalogue("en")
CLAUSE_ZH_MEAN_MAX, SENTENCE_ZH_MAX = 25, 45
SENTENCE_EN_MEAN_MAX, SENTENCE_EN_MAX = 16, 26
FORBIDDEN = {
    "zh-hans": [
        "具有法律约束力",
        "保障双方",
        "完全合规",
        "务必",
        "否则后果",
        "兹",
        "之规定",
        "鉴于",
    ],
    "en": [
        *("legally binding", "protects both", "compliant", "hereby", "herein", "thereof"),
        *("shall", "aforementioned", "notwithstanding", "act now", "guaranteed"),
    ],
}
SAMPLE = "123"


def filled(sentence: str) -> str:
    names = [name for _, name, _, _ in Formatter().parse(sentence) if name]
    return sentence.format(**dict.fromkeys(names, SAMPLE))


def clauses_zh(text: str) -> list[str]:
    return [part for part in re.split(r"[，。；：、？！\s]+", text) if part]


def sentences(text: str, ends: str) -> list[str]:
    return [part.strip() for part in re.split(ends, text) if part.strip()]


def rendered(made, language) -> list[str]:
    """Every clause and note of a text, as the reader sees it."""
    said = []
    for section in composing.compose(made, language).sections:
        for block in section.blocks:
            match block.kind:
                case "clauses":
                    said += [item.sentence for item in block.items]
                case "note" if block.tone != "quiet":
                    said.append(block.text)
    return said


MADE = {"one": contents(), "several": of_two_debts(), "measures": every_measure()}


class TestTheChinese:
    def test_has_short_clauses(self):
        for sentence in map(filled, ZH.values()):
            parts = clauses_zh(sentence)
            assert sum(map(len, parts)) <= CLAUSE_ZH_MEAN_MAX * len(parts), sentence

    def test_has_short_sentences(self):
        for sentence in map(filled, ZH.values()):
            for one in sentences(sentence, r"[。？！]"):
                assert len(one) <= SENTENCE_ZH_MAX, one

    @pytest.mark.parametrize("name", MADE)
    def test_stays_short_with_real_figures(self, name):
        parts = [part for text in rendered(MADE[name], "zh-hans") for part in clauses_zh(text)]
        assert sum(map(len, parts)) <= CLAUSE_ZH_MEAN_MAX * len(parts)

    def test_uses_chinese_punctuation(self):
        bad = re.compile(r"[一-鿿][,;:?!](?:\s|$|[一-鿿])")
        assert [said for said in ZH.values() if bad.search(said)] == []


class TestTheEnglish:
    def test_has_short_sentences(self):
        for sentence in map(filled, EN.values()):
            for one in sentences(sentence, r"[.?!;:]\s"):
                assert len(one.split()) <= SENTENCE_EN_MAX, one

    @pytest.mark.parametrize("name", MADE)
    def test_stays_short_with_real_figures(self, name):
        parts = [
            one for text in rendered(MADE[name], "en") for one in sentences(text, r"[.?!;:]\s")
        ]
        assert sum(len(part.split()) for part in parts) <= SENTENCE_EN_MEAN_MAX * len(parts)


class TestBoth:
    @pytest.mark.parametrize("language", FORBIDDEN)
    def test_claim_nothing_and_threaten_nobody(self, language):
        for said in wording.catalogue(language).values():
            for word in FORBIDDEN[language]:
                assert not re.search(rf"(?<![a-z]){word}(?![a-z])", said.lower()), said

    def test_ask_for_the_same_figures(self):
        def holes(sentence):
            return {name for _, name, _, _ in Formatter().parse(sentence) if name}

        for key in ZH.keys() - {"conduct.across.sentence"}:
            assert holes(ZH[key]) == holes(EN[key]), key

    def test_say_every_measure(self):
        text = composing.compose(MADE["measures"], "en")
        for code in ("move.waive.now", "move.waive.per_installment", "move.waive.on_completion"):
            assert code in text.codes()
        for code in ("move.capitalize", "move.carry.last", "move.set_aside"):
            assert code in text.codes()
        for code in ("move.holiday.simple", "going_on.change", "going_on.freeze", "revival"):
            assert code in text.codes()
        for code in ("grace", "remind", "tolerated", "cure", "skips", "moves", "order_from"):
            assert f"conduct.{code}" in text.codes()
