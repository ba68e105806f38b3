from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "repact.server.evidence"
    label = "evidence"
