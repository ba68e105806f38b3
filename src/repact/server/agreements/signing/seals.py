"""What a signature looks like: a quiet box, its letters drawn as outlines.

Outlines need no font in the file, so every revision stays small and archival, any character the
font knows is shown (䶮, 𬱖), and drawing takes a few milliseconds: the font is read once.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import pylopdf_fonts_zh_cn
from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont
from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, Margins, SimpleBoxLayoutRule
from pyhanko.stamp import StaticStampStyle

from repact.server.agreements.documents.seals import HEIGHT, WIDTH

_PINE, _INK, _SOFT = "0.043 0.365 0.322", "0.10 0.13 0.13", "0.36 0.40 0.40"
_LEFT, _RIGHT = 16, 12


def style(*, label: str, name: str, when: str, note: str = "") -> StaticStampStyle:
    """A seal: who, in which role, when, and what else must be said."""
    drawn = [
        f"q {_PINE} rg 0 0 3 {HEIGHT} re f",
        f"0.75 w {_PINE} RG 0.4 0.4 {WIDTH - 0.8} {HEIGHT - 0.8} re S",
        _line(label, size=8, x=_LEFT, y=62, color=_PINE),
        _line(name, size=15, x=_LEFT, y=38, color=_INK),
        _line(when, size=8, x=_LEFT, y=22, color=_SOFT),
        _line(note, size=7, x=_LEFT, y=9, color=_SOFT),
        "Q",
    ]
    box = BoxConstraints(width=WIDTH, height=HEIGHT)
    return StaticStampStyle(
        border_width=0,
        background=RawContent("\n".join(drawn).encode("ascii"), box=box),
        background_opacity=1,
        background_layout=SimpleBoxLayoutRule(
            x_align=AxisAlignment.ALIGN_MID,
            y_align=AxisAlignment.ALIGN_MID,
            margins=Margins.uniform(0),
        ),
    )


class _Outline(BasePen):
    """Writes a glyph's outline as PDF path operators, moved and scaled."""

    def __init__(self, glyphs: object, scale: float, x: float, y: float) -> None:
        super().__init__(glyphs)
        self.out: list[str] = []
        self._scale, self._x, self._y = scale, x, y

    def _at(self, *points: tuple[float, float]) -> str:
        return " ".join(
            f"{self._x + px * self._scale:.2f} {self._y + py * self._scale:.2f}"
            for px, py in points
        )

    def _moveTo(self, pt: tuple[float, float]) -> None:  # noqa: N802 - the library's name
        self.out.append(f"{self._at(pt)} m")

    def _lineTo(self, pt: tuple[float, float]) -> None:  # noqa: N802 - likewise
        self.out.append(f"{self._at(pt)} l")

    def _curveToOne(  # noqa: N802 - likewise
        self, pt1: tuple[float, float], pt2: tuple[float, float], pt3: tuple[float, float]
    ) -> None:
        self.out.append(f"{self._at(pt1, pt2, pt3)} c")

    def _closePath(self) -> None:  # noqa: N802 - likewise
        self.out.append("h")


def _line(text: str, *, size: float, x: float, y: float, color: str) -> str:
    """One line of text, narrowed to fit the box."""
    font = _font()
    glyphs, names, units = font.glyphs, font.names, font.units
    # A box stands for a character the font does not have.
    shown = [names.get(ord(c), names[ord("□")]) for c in text]
    width = sum(font.widths[name][0] for name in shown) / units
    size = min(size, (WIDTH - _LEFT - _RIGHT) / width) if width else size
    scale, paths = size / units, []
    for name in shown:
        pen = _Outline(glyphs, scale, x, y)
        glyphs[name].draw(pen)
        paths += pen.out
        x += font.widths[name][0] * scale
    return f"{color} rg " + "\n".join(paths) + " f" if paths else ""


@dataclass(frozen=True, slots=True)
class _Font:
    glyphs: Any
    names: dict[int, str]
    widths: Any
    units: int


@functools.cache
def _font() -> _Font:
    read = TTFont(str(pylopdf_fonts_zh_cn.sans_path()), lazy=True)
    return _Font(read.getGlyphSet(), read.getBestCmap(), read["hmtx"], read["head"].unitsPerEm)
