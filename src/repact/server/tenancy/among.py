"""`field__among=[...]`: what `__in` says, as one array and not a parameter for each value.

Taking five hundred parameters apart took longer than the query they were for.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Field, Lookup


class Among(Lookup):
    """Whether a column is among some values of its own type."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """SQL and parameters."""
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY (%s)", [*params, list(self.rhs)]


def register() -> None:
    """Let every field be asked so."""
    Field.register_lookup(Among)
