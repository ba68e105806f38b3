"""Where on the last page each seal goes: the text and the signing use the same places."""

from __future__ import annotations

WIDTH, HEIGHT = 230, 80
LEFT, RIGHT, TOP, STEP = 57, 308, 560, 112
Box = tuple[int, int, int, int]


def boxes(others: int, /) -> list[Box]:
    """The boxes in signing order, in points from the lower left corner: the borrower's on the
    left, `others` in the rows below, the lender's, who signs last, beside the borrower's."""
    below = [((LEFT, RIGHT)[n % 2], TOP - STEP * (n // 2 + 1)) for n in range(others)]
    places = [(LEFT, TOP), *below, (RIGHT, TOP)]
    return [(x, y, x + WIDTH, y + HEIGHT) for x, y in places]
