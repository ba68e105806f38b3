from django.apps import AppConfig


class BureauConfig(AppConfig):
    name = "repact.server.bureau"
    label = "bureau"
