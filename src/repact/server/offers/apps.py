from django.apps import AppConfig


class OffersConfig(AppConfig):
    name = "repact.server.offers"
    label = "offers"
