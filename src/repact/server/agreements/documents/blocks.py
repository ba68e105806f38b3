"""What a document is made of before it is set: sections of pairs, clauses, tables and notes.

A document is composed in each of its languages; the template puts the languages beside each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from repact.server.agreements.documents.clauses import Clause

Align = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and its value; a strong one is read first."""

    code: str
    label: str
    value: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Pairs:
    """Labels and values, one a line; `hero` sets the strong ones large and side by side."""

    items: tuple[Pair, ...]
    hero: bool = False
    kind: Literal["pairs"] = "pairs"


@dataclass(frozen=True, slots=True)
class Clauses:
    """Promises, one after another."""

    items: tuple[Clause, ...]
    kind: Literal["clauses"] = "clauses"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `grows` takes what room is left."""

    label: str
    align: Align = "left"
    grows: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Figures in columns; `small` for long schedules, `foot` for the sums."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    foot: tuple[str, ...] = ()
    caption: str = ""
    small: bool = False
    kind: Literal["table"] = "table"


@dataclass(frozen=True, slots=True)
class Note:
    """A plain paragraph; `quiet` ones are small, `large` ones are the letter's own words."""

    text: str
    tone: Literal["plain", "quiet", "large"] = "plain"
    kind: Literal["note"] = "note"


@dataclass(frozen=True, slots=True)
class Seals:
    """Where the electronic seals go: a label and a box (x1, y1, x2, y2 in points) for each."""

    items: tuple[tuple[str, tuple[int, int, int, int]], ...]
    kind: Literal["seals"] = "seals"


Block = Pairs | Clauses | Table | Note | Seals


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it; `starts_page` begins a new page."""

    code: str
    title: str
    blocks: tuple[Block, ...]
    starts_page: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A whole document in one language."""

    language: str
    title: str
    subtitle: str
    banner: str
    sections: tuple[Section, ...]

    def codes(self) -> set[str]:
        """Every section, clause and pair that says something: what the checklist looks for."""
        found = set()
        for section in self.sections:
            if any(_speaks(block) for block in section.blocks):
                found.add(section.code)
            for block in section.blocks:
                if isinstance(block, Pairs | Clauses):
                    found |= {item.code for item in block.items if _says(item)}
        return found


def _says(item: Pair | Clause) -> bool:
    said = item.value if isinstance(item, Pair) else item.sentence
    return bool(said.strip())


def _speaks(block: Block) -> bool:
    match block:
        case Pairs() | Clauses():
            return any(_says(item) for item in block.items)
        case Table():
            return bool(block.rows)
        case Note():
            return bool(block.text)
        case Seals():
            return bool(block.items)


def pairs(items: Sequence[Pair], /) -> Pairs:
    """The pairs that have a value."""
    return Pairs(tuple(item for item in items if item.value))
