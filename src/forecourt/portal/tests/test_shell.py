import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone, translation

from forecourt.portal import states
from forecourt.portal.context_processors import shell
from forecourt.portal.middleware import LocaleAndZone
from forecourt.portal.staticfiles import VENDOR, NodeModulesFinder

HERE = Path(__file__).parents[1]
PARTS = sorted(path.name for path in (HERE / "templates/portal").glob("_*.html"))


@pytest.fixture(scope="module")
def sources():
    return "\n".join(path.read_text() for path in (HERE / "templates/portal").glob("*.html"))


@pytest.mark.parametrize("address", ["", "/list", "/detail", "/form", "/dialog", "/sign-in"])
def test_the_living_pages_answer(browser, address):
    assert browser.get(f"/design{address}").status_code == 200


def test_the_design_page_shows_every_state(browser):
    page = browser.get("/design").content.decode()
    for kind in states.kinds().values():
        for state in kind.values():
            assert f"<span>{state.word}</span></span>" in page


@pytest.mark.parametrize("part", PARTS)
def test_every_component_is_used_by_a_living_page(part, sources):
    tags = {"_field.html": "{% field ", "_sort.html": "{% sort_header "}
    assert tags.get(part, f"portal/{part}") in sources


def test_no_page_has_an_inline_script_or_style(browser):
    for address in ("", "/list", "/detail", "/form", "/dialog", "/sign-in"):
        page = browser.get(f"/design{address}").content.decode()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)
        assert all("src=" in tag or 'type="application/json"' in tag for tag in re.findall(r"<script[^>]*>", page))


def test_a_form_in_steps_shows_where_one_is_and_its_fields(browser):
    page = browser.get("/design/form").content.decode()
    assert 'aria-current="step"><span class="fc-step-number">2</span>' in page
    assert '<input type="text" name="name"' in page
    assert page.count('type="submit"') == 1


def test_a_form_with_errors_comes_back_with_them(browser):
    answer = browser.post("/design/form", {"name": ""})
    assert answer.status_code == 422
    assert 'id="id_name-error"' in answer.content.decode()


def test_a_process_that_lives_says_so(browser):
    assert browser.get("/healthz").content == b"ok\n"


@pytest.mark.parametrize(("theme", "attribute"), [("dark", ' data-bs-theme="dark"'), ("light", ' data-bs-theme="light"'), ("auto", "")])
def test_the_theme_is_remembered_and_drawn_by_the_server(browser, theme, attribute):
    answer = browser.post("/theme", {"theme": theme}, headers={"Referer": "http://testserver/design"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "http://testserver/design")
    assert f'<html lang="en"{attribute}>' in browser.get("/design").content.decode()


def test_there_is_no_fourth_theme(browser):
    assert browser.post("/theme", {"theme": '"><script>'}).status_code == 400


def test_every_browser_library_is_found_and_nothing_else_of_npm():
    for name in VENDOR:
        assert Path(str(finders.find(f"vendor/{name}"))).is_file()
    assert finders.find("vendor/../package.json") is None
    assert len(list(NodeModulesFinder().list(None))) == len(VENDOR)


def test_whitenoise_serves_scripts_as_scripts(db, settings, browser):
    settings.MIDDLEWARE = ["whitenoise.middleware.WhiteNoiseMiddleware", *settings.MIDDLEWARE]
    for path in ("portal/portal.js", "vendor/maplibre/maplibre-gl-worker.mjs"):
        answer = browser.get(f"/static/{path}")
        assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (200, "text/javascript")
        answer.close()


def answered(**request: Any) -> dict[str, str | None]:
    seen: dict[str, str | None] = {}

    def answer(_request: HttpRequest) -> HttpResponse:
        seen.update(language=translation.get_language(), zone=timezone.get_current_timezone_name())
        return HttpResponse()

    made: Any = RequestFactory().get("/", headers=request.get("headers", {}))
    made.COOKIES.update(request.get("cookies", {}))
    made.person = request.get("person")
    LocaleAndZone(answer)(made)
    return seen


def test_language_and_zone_are_the_persons():
    person = SimpleNamespace(language="da", time_zone="Europe/Lisbon")
    assert answered(person=person, headers={"Accept-Language": "en"}) == {"language": "da", "zone": "Europe/Lisbon"}


def test_without_a_person_the_browser_decides():
    seen = answered(headers={"Accept-Language": "da"}, cookies={"forecourt_zone": "Europe/Oslo"})
    assert seen == {"language": "da", "zone": "Europe/Oslo"}


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", ""])
def test_a_zone_that_does_not_exist_is_the_installations(zone):
    assert answered(cookies={"forecourt_zone": zone})["zone"] == django_settings.TIME_ZONE


@pytest.mark.parametrize("kind", ["charge_point", "charge"])
def test_the_design_document_names_every_state_as_it_is_shown(kind):
    document = (Path(__file__).parents[4] / "docs/design.md").read_text()
    for value, state in states.kinds()[kind].items():
        assert f"| `{value}` | {state.word} | {state.tone} | `{state.icon}` |" in document


@pytest.mark.parametrize(
    ("first", "last", "shown"), [("Ada", "Lund", "Ada Lund"), ("Ada", None, "Ada"), (None, None, "ada@northwind.example")]
)
def test_the_account_menu_names_the_person(ask, first, last, shown):
    request = ask("/design")
    request.person = SimpleNamespace(first_name=first, last_name=last, email="ada@northwind.example")
    assert shell(request)["person_name"] == shown
