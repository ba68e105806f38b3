from django.apps import AppConfig


class LendersConfig(AppConfig):
    name = "repact.server.lenders"
    label = "lenders"
