from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "repact.server.conversations"
    label = "conversations"
