from django.apps import AppConfig


class StatementsConfig(AppConfig):
    name = "repact.server.statements"
    label = "statements"
