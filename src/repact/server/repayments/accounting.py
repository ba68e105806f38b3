"""What an event did to a plan, as amounts for the books: worked out in the pure room."""

from __future__ import annotations

from repact.ledger.living import change, less, open_minor

__all__ = ["change", "less", "open_minor"]
