from django.apps import AppConfig


class ConnectorsConfig(AppConfig):
    name = "repact.server.connectors"
    label = "connectors"
