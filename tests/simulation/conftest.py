"""Fixtures of the simulations: one lender, in a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from repact.server.lenders.models import Lender
from repact.server.tenancy import scope


@pytest.fixture
def lender(db: None) -> Iterator[Lender]:
    made = Lender.objects.create(
        slug="simulated",
        name_zh="示例消费金融",
        name_en="Sample Consumer Finance",
        address_zh="示例市示例路 1 号",
        address_en="1 Sample Road",
        complaint_phone="000-0000",
        is_demo=True,
    )
    with scope.acting_for(made.id):
        yield made
