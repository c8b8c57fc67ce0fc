#!/usr/bin/env python
"""Django's management commands, for developers. People who run Forecourt use `forecourt`."""

import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forecourt.project.settings")
os.environ.setdefault("FORECOURT_SECRET_KEY", "developer")
execute_from_command_line(sys.argv)
