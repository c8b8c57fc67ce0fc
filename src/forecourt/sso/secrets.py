"""What is kept encrypted (`kit.secrets`), so that a rotation of the keys finds it."""

from typing import Final

from forecourt.kit.registries import EncryptedColumn

CLIENT_SECRET: Final = "sso-client-secret"  # noqa: S105 (the name of a purpose)
VERIFIER: Final = "sso-verifier"
ID_TOKEN: Final = "sso-id-token"  # noqa: S105

ENCRYPTED: Final = (
    EncryptedColumn("sso_identityprovider", "client_secret", CLIENT_SECRET),
    EncryptedColumn("sso_ssoattempt", "verifier", VERIFIER),
    EncryptedColumn("sso_ssosession", "id_token", ID_TOKEN),
)
