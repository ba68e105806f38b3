from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "repact.server.webhooks"
    label = "webhooks"
