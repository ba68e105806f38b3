from django.apps import AppConfig


class ClockConfig(AppConfig):
    name = "repact.server.clock"
    label = "clock"
