from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "repact.server.policies"
    label = "policies"
