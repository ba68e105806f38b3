from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "repact.server.jobs"
    label = "jobs"
