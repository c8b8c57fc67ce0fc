"""`python -m tests.furnish`: the cast and one row of everything, committed to the installation that DATABASE_URL names. Prints the ids."""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forecourt.project.settings")
os.environ.setdefault("FORECOURT_SECRET_KEY", "furnishing")


def main() -> None:
    django.setup()
    from tests.world import make_world

    json.dump(make_world().ids, sys.stdout)


if __name__ == "__main__":
    main()
