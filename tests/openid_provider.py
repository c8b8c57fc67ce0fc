"""`tests/openid_provider.mjs` in a process of its own; and, as a command, an account that signs in through it."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import requests

CLIENT_ID, CLIENT_SECRET = "forecourt", "a-secret-of-the-portal"
DOMAIN: Final = "eastgate.example"
SLUG: Final = "eastgate"
ROOT: Final = Path(__file__).parent.parent


def account(name: str) -> dict[str, object]:
    """What the provider says of somebody."""
    return {
        "email": f"{name}@{DOMAIN}", "email_verified": True, "given_name": name.title(), "family_name": "Holm", "groups": ["grid-operations"],
    }  # fmt: skip


class Server:
    """The provider on a free port, for one client. Each start makes new keys and forgets who was signed in."""

    def __init__(self, portal: str, names: tuple[str, ...]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.issuer = f"http://localhost:{port}"
        self._given = {
            "port": port, "portal": portal, "slug": SLUG, "clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET,
            "accounts": {name: account(name) for name in names},
        }  # fmt: skip
        self._process: subprocess.Popen[str] | None = None

    def start(self, *, algorithm: str) -> None:
        """:param algorithm: of its ID tokens and logout tokens."""
        node = shutil.which("node") or str(ROOT / ".venv/bin/node")
        command = [node, "tests/openid_provider.mjs", json.dumps(self._given | {"algorithm": algorithm})]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._process.stdout
        assert self._process.stdout.readline() == "ready\n", "the OpenID provider did not start"

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.communicate(timeout=30)
            self._process = None

    def twist(self, **how: object) -> None:
        """Misbehave so from now on (`openid_provider.mjs`); without anything: behave."""
        requests.post(f"{self.issuer}/twist", json=how, timeout=30).raise_for_status()


@contextmanager
def running(portal: str, names: tuple[str, ...], *, algorithm: str) -> Iterator[Server]:
    """The provider until the block ends."""
    server = Server(portal, names)
    try:
        server.start(algorithm=algorithm)
        yield server
    finally:
        server.stop()


def main(issuer: str) -> None:
    """Eastgate signs in through `issuer`, but for the DNS record and the test sign-in; Anna has an account with a password already."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forecourt.project.settings")
    django.setup()
    from forecourt.access import OperatorRole
    from forecourt.identity.models import Person
    from forecourt.identity.tests.factories import make_person
    from forecourt.kit import clock
    from forecourt.operators.models import Operator
    from forecourt.sso.operations import domains, group_roles, providers
    from forecourt.teams.queries import actor_of
    from forecourt.teams.tests.factories import make_personal_team

    eastgate, at = Operator.objects.get(name="Eastgate"), clock.now()
    actor = actor_of(Person.objects.get(email="eve@example.com"))
    row = providers.save_provider(
        actor=actor, operator=eastgate, at=at, client_secret=CLIENT_SECRET, client_id=CLIENT_ID, name="Grid ID", kind="generic",
        issuer=issuer, password_also=False, creates_people=True,
    )  # fmt: skip
    domain = domains.add_domain(actor=actor, operator=eastgate, domain=DOMAIN, provider=row, at=at)
    record = domains.expected_record(domain)[1]
    domains.check_domain(actor=actor, domain=domain, at=at, resolve=lambda _name: frozenset({record}))
    group_roles.map_group(actor=actor, account=eastgate, group="grid-operations", role=OperatorRole.BOOKKEEPER, at=at)
    make_personal_team(make_person("Anna", email=f"anna@{DOMAIN}"))
    json.dump({"provider": row.pk, "slug": row.slug}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
