from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "repact.server.jobs"
    label = "jobs"

    def ready(self) -> None:
        from repact.server.jobs import flow  # noqa: PLC0415 - models must be loaded first

        flow.register()
