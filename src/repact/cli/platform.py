"""The platform behind the shell: Django, and the lender a command speaks of."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from repact.errors import RepactError

if TYPE_CHECKING:
    from repact.server.lenders.models import Lender

R = TypeVar("R")


class ConfigurationError(RepactError):
    """The environment does not say what the platform needs."""


def set_up() -> None:
    """Load Django with the settings of the environment, the platform's own by default.

    Raises ConfigurationError `cli.not_configured`, with what is missing.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "repact.server.config.settings")
    import django  # noqa: PLC0415 - slow to load, and not needed for a plan
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415

    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise ConfigurationError("cli.not_configured", missing=str(error)) from error


def of_lender(slug: str, work: Callable[[Lender, datetime], R], /) -> R:
    """What `work` makes of a lender and the business time, seeing that lender's rows alone.

    Raises `lenders.not_found`.
    """
    set_up()
    from repact.server.clock import queries as clock_queries  # noqa: PLC0415 - after set-up
    from repact.server.lenders import queries as lender_queries  # noqa: PLC0415
    from repact.server.tenancy import scope  # noqa: PLC0415

    found = lender_queries.named(slug)
    with scope.acting_for(found.id):
        return work(found, clock_queries.business_now(lender_id=found.id))
