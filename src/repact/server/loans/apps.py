from django.apps import AppConfig


class LoansConfig(AppConfig):
    name = "repact.server.loans"
    label = "loans"
