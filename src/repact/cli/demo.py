"""`repact demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    *,
    port: Annotated[int, typer.Option(help="The web port; the peers take +10 to +60.")] = 8000,
    var: Annotated[Path, typer.Option(help="Where data is kept.")] = Path("var"),
    loans: Annotated[int, typer.Option(help="Loans in the invented book.")] = 5000,
) -> None:
    """Run the whole platform here, with invented people, until Ctrl-C."""
    from repact.sandbox import demo as sandbox  # noqa: PLC0415 - loads the platform

    raise typer.Exit(sandbox.run(port=port, var=var, loans=loans))
