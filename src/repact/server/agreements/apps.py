from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    name = "repact.server.agreements"
    label = "agreements"
