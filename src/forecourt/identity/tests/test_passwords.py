"""Which passwords are refused."""

import hashlib
import io
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from forecourt.identity.models import Person
from forecourt.identity.passwords import NotBreached, NotOurWords, holds

ADA = Person(email="ada@nordlys.example")


@pytest.mark.parametrize("password", ["forecourt1", "Charging-2026!", "Ladestander12", "nordlys2026", "Nordlys Password1"])
def test_words_of_ours_are_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        NotOurWords().validate(password, ADA)


@pytest.mark.parametrize("password", ["seven green forecourts", "nordlys kaffe og regn", "Tr0ub4dor&3xyz", "løvetand-blå-sten"])
def test_others_pass(password: str) -> None:
    NotOurWords().validate(password, ADA)


def test_a_breached_password_is_refused(settings: Settings, tmp_path: Path) -> None:
    listed = tmp_path / "breached"
    hashes = sorted(hashlib.sha1(word.encode()).hexdigest().upper() for word in ("letmein2026", "correct horse", "x"))
    listed.write_text("".join(f"{value}:17\n" for value in hashes))
    settings.REFUSED_PASSWORDS = str(listed)
    with pytest.raises(ValidationError):
        NotBreached().validate("correct horse")
    NotBreached().validate("battery staple")


def test_without_a_list_nothing_is_refused(settings: Settings) -> None:
    settings.REFUSED_PASSWORDS = ""
    NotBreached().validate("correct horse")


@given(st.sets(st.integers(0, 10**6), max_size=40), st.integers(0, 10**6))
def test_the_search_agrees_with_looking_at_every_line(numbers: set[int], wanted: int) -> None:
    lines = sorted(f"{number:010X}" for number in numbers)
    file = io.BytesIO("".join(f"{line}\n" for line in lines).encode())
    assert holds(file, f"{wanted:010X}".encode()) == (wanted in numbers)
    assert all(holds(file, line.encode()) for line in lines)
