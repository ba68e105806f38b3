from django.apps import AppConfig


class RepaymentsConfig(AppConfig):
    name = "repact.server.repayments"
    label = "repayments"
