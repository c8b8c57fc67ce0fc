"""The WSGI application that `forecourt web` serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forecourt.project.settings")
application = get_wsgi_application()
