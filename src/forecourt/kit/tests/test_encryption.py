"""Secrets that we must use again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from forecourt.kit import secrets


@given(st.text())
def test_comes_back(text: str) -> None:
    assert secrets.decrypt(secrets.encrypt(text, purpose="test"), purpose="test") == text


def test_hides_the_text_and_never_repeats() -> None:
    values = {secrets.encrypt("open sesame", purpose="test") for _ in range(20)}
    assert len(values) == 20
    assert not any(b"sesame" in value for value in values)


def test_a_value_is_bound_to_its_purpose() -> None:
    with pytest.raises(secrets.CannotDecrypt):
        secrets.decrypt(secrets.encrypt("x", purpose="webhook"), purpose="sso")


@pytest.mark.parametrize("at", [0, 1, 5, 17, -1])
def test_a_changed_value_is_refused(at: int) -> None:
    value = bytearray(secrets.encrypt("x", purpose="test"))
    value[at] ^= 1
    with pytest.raises(secrets.CannotDecrypt):
        secrets.decrypt(bytes(value), purpose="test")


@pytest.mark.parametrize("value", [b"", b"\x01", b"plain text that never was encrypted"])
def test_what_is_no_value_is_refused(value: bytes) -> None:
    with pytest.raises(secrets.CannotDecrypt):
        secrets.decrypt(value, purpose="test")


def test_keys_rotate(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = ["old"]
    value = secrets.encrypt("x", purpose="test")
    settings.ENCRYPTION_KEYS = ["new", "old"]
    assert secrets.decrypt(value, purpose="test") == "x"
    assert not secrets.is_of_newest_key(value)
    assert secrets.is_of_newest_key(secrets.encrypt("x", purpose="test"))
    settings.ENCRYPTION_KEYS = ["new"]
    with pytest.raises(secrets.CannotDecrypt):
        secrets.decrypt(value, purpose="test")
