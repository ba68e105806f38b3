from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "repact.server.reviews"
    label = "reviews"
