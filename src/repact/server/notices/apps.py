from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "repact.server.notices"
    label = "notices"
