from django.apps import AppConfig


class SandboxConfig(AppConfig):
    name = "repact.sandbox"
    label = "sandbox"
