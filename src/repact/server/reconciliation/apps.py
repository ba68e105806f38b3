from django.apps import AppConfig


class ReconciliationConfig(AppConfig):
    name = "repact.server.reconciliation"
    label = "reconciliation"
