from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "repact.server.people"
    label = "people"
