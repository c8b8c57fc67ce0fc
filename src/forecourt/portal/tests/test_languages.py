"""The Danish catalogue: complete, true to its placeholders, compiled, and not behind the code."""

import io
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from django.core.management import call_command
from django.utils import translation

from forecourt.access import OperatorRole, Permission
from forecourt.portal import states

PACKAGE = Path(__file__).parents[2]
PO = PACKAGE / "locale/da/LC_MESSAGES/django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[-+0-9.]*[sdf]|(?<!%)%[sd]|\{\w*\}")


def read(path: Path = PO) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="da")


def messages(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def named(message: Message) -> tuple[str, str]:
    return message.context or "", texts(message.id)[0]


def texts(text: object) -> list[str]:
    return [text] if isinstance(text, str) else list(text)  # type: ignore[call-overload]


def test_every_message_is_translated():
    empty = [message.id for message in messages(read()) if not all(text.strip() for text in texts(message.string))]
    assert empty == []


def test_no_translation_is_a_guess():
    catalog = read()
    assert not catalog.fuzzy
    assert [message.id for message in messages(catalog) if message.fuzzy] == []


def test_both_forms_of_a_plural_are_there():
    assert {len(texts(message.string)) for message in messages(read()) if message.pluralizable} == {2}


def test_placeholders_match():
    for message in messages(read()):
        asked = Counter(PLACEHOLDER.findall(texts(message.id)[-1]))
        for text in texts(message.string):
            assert Counter(PLACEHOLDER.findall(text)) == asked, message.id


def test_line_ends_are_kept_and_quotes_are_danish():
    for message in messages(read()):
        for text in texts(message.string):
            assert text.count("\n") == texts(message.id)[0].count("\n"), message.id
            assert "“" not in text, message.id


def test_the_compiled_catalogue_is_this_one():
    compiled = io.BytesIO()
    write_mo(compiled, read(), use_fuzzy=False)
    with PO.with_suffix(".mo").open("rb") as file:
        assert told(read_mo(file)) == told(read_mo(io.BytesIO(compiled.getvalue())))


def told(catalog: Catalog) -> dict[tuple[str, str], object]:
    return {named(message): message.string for message in messages(catalog)}


@pytest.mark.skipif(not shutil.which("xgettext"), reason="xgettext, of GNU gettext, is not installed: what the code says is not read.")
def test_the_code_says_nothing_that_the_catalogue_lacks(tmp_path, monkeypatch, settings):
    ignored = shutil.ignore_patterns("tests", "__pycache__", "static", "migrations")
    shutil.copytree(PACKAGE, tmp_path / "forecourt", ignore=ignored)
    settings.LOCALE_PATHS = [str(tmp_path / "forecourt/locale")]
    monkeypatch.chdir(tmp_path)
    call_command("makemessages", locale=["da"], no_location=True, no_obsolete=True, verbosity=0)
    found = read(tmp_path / "forecourt/locale/da/LC_MESSAGES/django.po")
    assert {named(message) for message in messages(found)} == {named(message) for message in messages(read())}, "Run `make messages`."


@pytest.mark.parametrize("permission", Permission, ids=str)
def test_every_permission_has_a_danish_name(permission):
    in_english = permission.label
    with translation.override("da"):
        assert permission.label != in_english


def test_every_state_and_role_has_a_danish_word():
    words = [state.word for kind in states.kinds().values() for state in kind.values()]
    for word in (*words, *(role.label for role in OperatorRole)):
        assert spoken(word, "da") != spoken(word, "en")


def spoken(word: object, language: str) -> str:
    with translation.override(language):
        return str(word)
