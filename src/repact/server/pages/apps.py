from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "repact.server.pages"
    label = "pages"
