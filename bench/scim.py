"""A directory that sends a company's people for the first time: one connection after another, as Entra ID and Okta do."""

import hashlib
import hmac
import http.client
import json
import os
import time
from urllib.parse import urlsplit

from bench.installation import Installation

DOMAIN = "scim.bench.example"
TOKEN_PURPOSE = "scim-token"


def token(at: Installation) -> str:
    """Of a new directory of the demo's first Main account, which has verified the bench's domain."""
    made = os.urandom(24).hex()
    key = json.loads((at.folder / "secrets.json").read_text())["secret_key"]
    digest = hmac.digest(f"{key}:{TOKEN_PURPOSE}".encode(), made.encode(), hashlib.sha256)
    with at.connect(as_owner=True) as connection:
        found = connection.execute(
            "SELECT id, organisation_id FROM operators_operator WHERE is_main AND NOT is_installation ORDER BY id LIMIT 1"
        )
        operator, organisation = found.fetchone() or (0, 0)
        connection.execute(
            "INSERT INTO sso_emaildomain (operator_id, organisation_id, domain, txt_token, verified_at) "
            "SELECT %(operator)s, %(organisation)s, %(domain)s::varchar, '', now() WHERE NOT EXISTS (SELECT 1 FROM sso_emaildomain WHERE domain = %(domain)s::varchar)",
            {"operator": operator, "organisation": organisation, "domain": DOMAIN},
        )
        connection.execute(
            "INSERT INTO sso_directory (operator_id, organisation_id, name, token_hash) VALUES (%s, %s, 'Bench', %s)",
            [operator, organisation, digest],
        )
    return made


def seconds_to_create(at: Installation, users: int) -> tuple[float, int]:
    """How long it takes to make so many people who are new here, and how many were refused."""
    headers = {"Authorization": f"Bearer {token(at)}", "Content-Type": "application/scim+json"}
    mark, refused = os.urandom(4).hex(), 0
    connection = http.client.HTTPConnection(urlsplit(at.web).netloc, timeout=30)
    started = time.monotonic()
    for number in range(users):
        address = f"p{number}-{mark}@{DOMAIN}"
        body = {
            "userName": address,
            "externalId": address,
            "name": {"givenName": f"Person {number}", "familyName": "Bench"},
            "active": True,
        }
        connection.request("POST", "/scim/v2/Users", json.dumps(body), headers)
        answer = connection.getresponse()
        answer.read()
        refused += answer.status != http.client.CREATED
    return time.monotonic() - started, refused
