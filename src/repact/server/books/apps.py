from django.apps import AppConfig


class BooksConfig(AppConfig):
    name = "repact.server.books"
    label = "books"
