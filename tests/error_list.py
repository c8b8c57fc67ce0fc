"""`python -m tests.error_list` writes docs/errors.md from the errors themselves."""

import importlib
import inspect
import os
import pkgutil
import re
from pathlib import Path
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from forecourt.kit.errors import DomainError

HERE = Path(__file__).parents[1]
PAGE = HERE / "docs" / "errors.md"
HEAD = """# Errors

What a caller can understand and act on. The portal shows the message at its field, as a toast or on a page; the API answers in its envelope with
`errorCode`; a station gets an OCPP status. Codes are stable. `python -m tests.error_list` writes this page.

| Code | HTTP | When |
|---|---|---|
"""


def written() -> str:
    """The page as it must be."""
    import forecourt
    from forecourt.kit.errors import DomainError

    for module in pkgutil.walk_packages(forecourt.__path__, "forecourt."):
        if not re.search(r"\.(tests|migrations|design|standin\w*)(\.|$)", module.name):
            importlib.import_module(module.name)
    rows = {
        f"| `{error.code}` | {error.status} | {_when(error)} |" for error in _below(DomainError) if "portal.design" not in error.__module__
    }
    return HEAD + "\n".join(sorted(rows)) + "\n"


def _below(error: "type[DomainError]") -> "list[type[DomainError]]":
    return [found for child in error.__subclasses__() for found in (child, *_below(child)) if "code" in vars(found)]


def _when(error: "type[DomainError]") -> str:
    """The first sentence of its docstring; without one, its name is the sentence."""
    prose = inspect.cleandoc(vars(error).get("__doc__") or "").split("\n")[0]
    return prose or re.sub(r"(?<!^)([A-Z])", lambda found: " " + found[1].lower(), error.__name__) + "."


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forecourt.project.settings")
    os.environ.setdefault("FORECOURT_SECRET_KEY", "documentation")
    django.setup()
    PAGE.write_text(written())
