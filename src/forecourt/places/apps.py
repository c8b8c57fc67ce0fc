"""The Django app."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "forecourt.places"
    label = "places"
