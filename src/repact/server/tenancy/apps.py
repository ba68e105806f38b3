from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate

from repact.server.tenancy import among, walls


class TenancyConfig(AppConfig):
    name = "repact.server.tenancy"
    label = "tenancy"

    def ready(self) -> None:
        post_migrate.connect(_grant, sender=self)
        connection_created.connect(_become_application)
        among.register()


def _grant(**_: Any) -> None:
    walls.grant_application_role()


def _become_application(*, connection: Any, **_: Any) -> None:
    """Give up the owner's rights on every new connection, except while migrating."""
    if settings.REPACT_APPLICATION_ROLE:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {walls.ROLE}")
