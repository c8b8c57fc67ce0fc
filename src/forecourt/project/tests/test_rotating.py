"""`forecourt rotate-keys`."""

from collections.abc import Iterator

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.db import connection
from pytest_django.fixtures import Settings
from tests.cast import Cast

from forecourt.kit import registries, secrets
from forecourt.kit.registries import EncryptedColumn, Registry
from forecourt.project import rotating

pytestmark = pytest.mark.django_db


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[None]:
    """A table of three secrets: two of an old key, one missing."""
    columns: Registry[EncryptedColumn] = Registry()
    columns.add(EncryptedColumn("vault", "secret", "test"))
    monkeypatch.setattr(registries, "encrypted_columns", columns)
    monkeypatch.setattr(rotating, "AT_ONCE", 2)
    settings.ENCRYPTION_KEYS = ["old"]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE vault (id int PRIMARY KEY, secret bytea)")
        for id, text in ((1, "one"), (2, "two"), (3, None), (4, "four")):
            cursor.execute("INSERT INTO vault VALUES (%s, %s)", [id, text and secrets.encrypt(text, purpose="test")])
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS vault")


def stored() -> list[str | None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM vault ORDER BY id")
        return [value and secrets.decrypt(bytes(value), purpose="test") for (value,) in cursor.fetchall()]


def test_everything_is_written_by_the_newest_key(vault: None, settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = ["new", "old"]
    assert rotating.rotate() == 3
    settings.ENCRYPTION_KEYS = ["new"]
    assert stored() == ["one", "two", None, "four"]


def test_running_again_changes_nothing(vault: None, settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = ["new", "old"]
    assert (rotating.rotate(), rotating.rotate()) == (3, 0)


def test_second_factors_are_written_anew_too(cast: Cast, settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = ["old"]
    encrypt = get_adapter().encrypt
    Authenticator.objects.create(user=cast.dora, type="totp", data={"secret": encrypt("S")})
    Authenticator.objects.create(user=cast.dora, type="recovery_codes", data={"migrated_codes": [encrypt("C")], "used_mask": 3})
    settings.ENCRYPTION_KEYS = ["new", "old"]
    assert (rotating._rotate_authenticators(), rotating._rotate_authenticators()) == (2, 0)
    settings.ENCRYPTION_KEYS = ["new"]
    codes, totp = (row.data for row in Authenticator.objects.order_by("type"))
    assert get_adapter().decrypt(totp["secret"]) == "S"
    assert ([get_adapter().decrypt(code) for code in codes["migrated_codes"]], codes["used_mask"]) == (["C"], 3)


def test_a_value_of_a_lost_key_stops_it(vault: None, settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = ["new"]
    with pytest.raises(secrets.CannotDecrypt):
        rotating.rotate()
