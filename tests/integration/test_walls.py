"""The walls between lenders, and the history nobody can change."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from repact.server.audit import actions as audit_actions
from repact.server.audit import actor
from repact.server.audit.models import Event
from repact.server.clock import ports
from repact.server.lenders.models import Lender, Product
from repact.server.tenancy import scope

OTHER = {
    "slug": "other",
    "host": "other.example",
    "name_zh": "另一家",
    "name_en": "Another",
    "address_zh": "路",
    "address_en": "Road",
    "complaint_phone": "1",
}


class TestAConnection:
    def test_sees_only_its_own_lenders_rows(self, lender):
        other = Lender.objects.create(**OTHER)
        Product.objects.create(lender=lender, code="a", name_zh="甲", name_en="A", keeper="repact")
        with scope.acting_for(other.id):
            assert Product.objects.count() == 0
        assert Product.objects.count() == 1

    def test_cannot_write_another_lenders_row(self, lender):
        other = Lender.objects.create(**OTHER)
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Product.objects.create(
                lender=other, code="b", name_zh="乙", name_en="B", keeper="repact"
            )

    def test_of_nobody_sees_nothing(self, lender):
        Product.objects.create(lender=lender, code="a", name_zh="甲", name_en="A", keeper="repact")
        scope.clear()
        assert Product.objects.count() == 0


class TestTheAuditTrail:
    @pytest.fixture
    def event(self, lender, now):
        by = actor.system(lender.id)
        return audit_actions.record(by=by, action="a.b", subject_id=ports.new_id(), now=now)

    def test_is_never_changed(self, event):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Event.objects.filter(id=event.id).update(action="x")

    def test_is_never_deleted(self, event):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Event.objects.filter(id=event.id).delete()

    def test_digest_covers_what_was_stored(self, event):
        stored = Event.objects.get(id=event.id)
        assert audit_actions.digest(stored) == bytes(stored.digest)


def test_every_table_of_ours_is_walled(lender):
    """A table without a wall is a leak; the exceptions are named with their reason."""
    exempt = {
        "lenders_lender": "the list of tenants itself",
        "django_content_type": "code, not data",
        "django_migrations": "code, not data",
        "django_session": "random keys; the contents are checked against walled rows",
        "auth_group": "unused table of django.contrib.auth",
        "auth_group_permissions": "unused table of django.contrib.auth",
        "auth_permission": "code, not data",
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace"
            " AND NOT (relrowsecurity AND relforcerowsecurity)"
        )
        open_tables = {name for (name,) in cursor.fetchall()}
    assert {t for t in open_tables if not t.startswith("procrastinate_")} <= set(exempt)
