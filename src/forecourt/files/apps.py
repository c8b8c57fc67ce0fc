"""The Django app."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "forecourt.files"
    label = "files"
