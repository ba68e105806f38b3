from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "repact.server.cases"
    label = "cases"
