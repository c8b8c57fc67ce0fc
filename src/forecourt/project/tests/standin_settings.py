"""A small Django project with real migrations, for tests of the command line."""

import os
from urllib.parse import parse_qsl, urlsplit

_url = urlsplit(os.environ["DATABASE_URL"])
_options = dict(parse_qsl(_url.query))
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _url.path.lstrip("/"),
        "USER": _url.username,
        "PASSWORD": _url.password,
        "HOST": _options.pop("host", _url.hostname),
        "PORT": _options.pop("port", _url.port),
        "OPTIONS": _options,
    }
}
SECRET_KEY = os.environ["FORECOURT_SECRET_KEY"]
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "procrastinate.contrib.django"]
