"""An identity provider that lies on demand: a real HTTP server that signs whatever a test wants."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from forecourt.sso.tokens import LOGOUT_EVENT

CLIENT_ID, CLIENT_SECRET = "forecourt", "a-client-secret"


class FakeProvider:
    """
    `claims` replaces claims of the next ID token (None leaves one out); `algorithm` and `kid` say how it is signed; `lie` replaces
    parts of the discovery document, `answers` whole answers (path → status and body).
    """

    def __init__(self, address: str) -> None:
        self.issuer = address
        self.rsa = rsa.generate_private_key(65537, 2048)
        self.ec = ec.generate_private_key(ec.SECP256R1())
        self.kid, self.algorithm, self.is_down = "one", "RS256", False
        self.claims: dict[str, Any] = {}
        self.lie: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.answers: dict[str, tuple[int, Any]] = {}
        self.nonce, self.asked = "", []  # type: tuple[str, list[dict[str, list[str]]]]

    def answer(self, path: str, body: str) -> tuple[int, Any]:
        if self.is_down:
            return 503, {"error": "down"}
        if path in self.answers:
            return self.answers[path]
        if path.endswith("/.well-known/openid-configuration"):
            return 200, self.metadata
        if path == "/keys":
            return 200, {"keys": self.keys()}
        if path == "/token":
            self.asked.append(parse_qs(body))
            return 200, {"access_token": "access", "token_type": "Bearer", "id_token": self.id_token()}
        return (200, self.userinfo) if path == "/me" else (404, {})

    @property
    def metadata(self) -> dict[str, Any]:
        pages = {"authorization": "/authorize", "token": "/token", "userinfo": "/me", "end_session": "/end"}
        honest = {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"}
        return honest | {f"{name}_endpoint": self.issuer + path for name, path in pages.items()} | self.lie

    def keys(self) -> list[dict[str, Any]]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.rsa.public_key()))
        curve = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.ec.public_key()))
        return [public | {"kid": self.kid, "use": "sig"}, curve | {"kid": f"{self.kid}-ec", "use": "sig"}]

    def id_token(self) -> str:
        now = int(time.time())
        usual = {
            "iss": self.issuer, "aud": CLIENT_ID, "sub": "subject-1", "iat": now, "exp": now + 300, "nonce": self.nonce,
            "email": "nils@nordic.example", "email_verified": True, "given_name": "Nils", "family_name": "Holm",
        }  # fmt: skip
        return self.signed(usual | self.claims)

    def logout_token(self, **changes: Any) -> str:
        now = int(time.time())
        usual = {
            "iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 120, "jti": f"jti-{time.monotonic_ns()}", "sub": "subject-1",
            "events": {LOGOUT_EVENT: {}},
        }  # fmt: skip
        return self.signed(usual | changes, typ="logout+jwt")

    def signed(self, claims: dict[str, Any], **header: str) -> str:
        given = {name: value for name, value in claims.items() if value is not None}
        key: Any = {"RS256": self.rsa, "PS256": self.rsa, "ES256": self.ec, "HS256": CLIENT_SECRET * 4, "none": None}[self.algorithm]
        kid = f"{self.kid}-ec" if self.algorithm == "ES256" else self.kid
        return jwt.encode(given, key, algorithm=self.algorithm, headers={"kid": kid, **header})


@contextmanager
def running() -> Iterator[FakeProvider]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.reply("")

        def do_POST(self) -> None:
            self.reply(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def reply(self, body: str) -> None:
            status, found = provider.answer(self.path, body)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, *_args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = FakeProvider(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
