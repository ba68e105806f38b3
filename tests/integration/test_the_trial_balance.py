"""The trial balance after every test sees one posting too many."""

from __future__ import annotations

from repact.server.books.models import Posting
from tests.integration.conftest import off_balance
from tests.integration.plans import as_owner


def test_sees_a_posting_that_was_slipped_past_the_walls(sign):
    sign()
    assert off_balance() == []
    one = Posting.objects.first()
    with as_owner():
        slipped = Posting.objects.create(
            lender_id=one.lender_id, entry=one.entry, account=one.account, amount_minor=7, number=99
        )
    assert off_balance() == [("CNY", 7)]
    with as_owner():
        Posting.objects.filter(id=slipped.id).delete()
