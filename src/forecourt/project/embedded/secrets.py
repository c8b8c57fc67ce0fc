"""The installation's own secrets: made once, kept in its folder, readable by its owner alone."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Self

from forecourt.project.embedded.refusals import ClusterError


@dataclass(frozen=True, slots=True)
class Secrets:
    """Passwords of the three database roles, and Django's secret key (which also encrypts columns)."""

    superuser: str
    owner: str
    product: str
    secret_key: str

    @classmethod
    def made(cls) -> Self:
        return cls(**{field.name: secrets.token_urlsafe(36) for field in fields(cls)})

    @classmethod
    def read(cls, path: Path) -> Self:
        """
        :raises FileNotFoundError: if there are none yet.
        :raises ClusterError: if the file cannot be understood.
        """
        try:
            return cls(**json.loads(path.read_text()))
        except (ValueError, TypeError) as error:
            raise ClusterError(f"{path} is damaged: put it back from a copy of this folder.") from error

    def write(self, path: Path) -> None:
        """Write durably and all at once, mode 0600."""
        write_private(path, json.dumps(asdict(self), indent=2) + "\n")


def write_private(path: Path, text: str) -> None:
    """Replace `path` by `text`: mode 0600, durable, and never seen half written."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    beside.replace(path)
