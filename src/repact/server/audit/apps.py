from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "repact.server.audit"
    label = "audit"
