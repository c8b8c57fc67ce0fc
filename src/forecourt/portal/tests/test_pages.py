import json
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.http import HttpResponse
from django.test import Client

from forecourt.kit.errors import Invalid
from forecourt.portal.pages import explain, page
from forecourt.portal.tests import urls


def test_an_anonymous_visitor_is_sent_to_sign_in(ask, settings):
    assert urls.private(ask("/private?x=1")).headers["Location"] == f"{settings.LOGIN_URL}?next=/private%3Fx%3D1"


def test_for_htmx_the_whole_page_goes_to_sign_in(ask):
    answer = urls.private(ask("/private", **{"HX-Request": "true"}))
    assert (answer.status_code, answer.headers["HX-Redirect"].startswith("/accounts/login/")) == (200, True)


def test_a_person_without_an_actor_is_refused(ask):
    assert urls.private(ask("/private", user=SimpleNamespace(is_authenticated=True))).status_code == 403


def test_an_actor_gets_the_page(ask, ada):
    answer: Any = urls.private(ask("/private", **ada))
    assert answer.content == b"private"


def test_other_methods_are_refused(ask, ada):
    answer = urls.private(ask("/private", method="POST", **ada))
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_whether_a_page_is_public_can_be_asked():
    assert [vars(view)["is_public"] for view in (urls.private, urls.works)] == [False, True]


@pytest.mark.parametrize(("kind", "status"), [("missing", 404), ("forbidden", 403), ("invalid", 400)])
def test_a_domain_error_on_a_get_is_an_error_page_with_its_status(browser, kind, status):
    answer = browser.get(f"/refuses/{kind}")
    assert answer.status_code == status
    assert f"Error {status}" in answer.content.decode()


@pytest.mark.parametrize(("kind", "status"), [("missing", 404), ("forbidden", 403), ("invalid", 303)])
def test_on_a_post_only_what_can_be_corrected_goes_back(browser, kind, status):
    answer = browser.post(f"/refuses/{kind}", headers={"Referer": "http://testserver/design"})
    assert answer.status_code == status


def test_what_goes_back_takes_its_toast_along(browser):
    answer = browser.post("/refuses/invalid", headers={"Referer": "http://testserver/design"}, follow=True)
    assert '<div class="fc-toast fc-tone-bad" data-toast="error">' in answer.content.decode()
    assert "Not like this." in answer.content.decode()


def test_nobody_is_sent_to_a_stranger(browser):
    assert browser.post("/refuses/invalid", headers={"Referer": "https://elsewhere.example/"}).status_code == 400


def test_htmx_gets_the_error_as_a_toast_with_its_status(browser):
    answer = browser.post("/refuses/forbidden", headers={"HX-Request": "true"})
    assert answer.status_code == 403
    assert json.loads(answer.headers["HX-Trigger"]) == {"forecourt:toast": {"toasts": [{"tone": "bad", "text": "Not you."}]}}


def test_done_redirects_after_a_post_and_shows_the_toast(browser):
    answer = browser.post("/works")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/design")
    assert "<p>Done.</p>" in browser.get("/design").content.decode()


def test_done_refreshes_the_page_htmx_is_on(browser):
    answer = browser.post("/works", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/design?tab=1"})
    assert answer.status_code == 204
    assert json.loads(answer.headers["HX-Trigger"]) == {
        "forecourt:refresh": {},
        "forecourt:toast": {"toasts": [{"tone": "success", "text": "Done."}]},
    }


def test_done_takes_htmx_to_another_page(browser):
    answer = browser.post("/works", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/elsewhere"})
    assert answer.headers["HX-Redirect"] == "/design"


def test_htmx_gets_the_partial_alone(browser):
    whole, part = browser.get("/design/list"), browser.get("/design/list", headers={"HX-Request": "true"})
    assert "<!doctype html>" in whole.content.decode()
    assert part.content.decode().strip().startswith("<tr>")


def test_a_boosted_request_and_a_restored_page_get_the_whole_page(browser):
    for header in ("HX-Boosted", "HX-History-Restore-Request"):
        answer = browser.get("/design/list", headers={"HX-Request": "true", header: "true"})
        assert "<!doctype html>" in answer.content.decode()


def test_the_same_content_again_is_304_without_a_body(browser):
    first = browser.get("/design/list", headers={"HX-Request": "true"})
    again = browser.get("/design/list", headers={"HX-Request": "true", "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_mask_of_a_csrf_field_does_not_change_the_etag(browser):
    first, second = (browser.get("/design/dialog", headers={"HX-Request": "true"}) for _ in range(2))
    assert first.content != second.content
    assert first.headers["ETag"] == second.headers["ETag"]


def test_a_toast_is_never_swallowed_by_a_304(browser):
    etag = browser.get("/design/list", headers={"HX-Request": "true"}).headers["ETag"]
    browser.post("/works")
    answer = browser.get("/design/list", headers={"HX-Request": "true", "If-None-Match": etag})
    assert (answer.status_code, "HX-Trigger" in answer.headers) == (200, True)


def test_a_bug_shows_nothing_of_itself():
    answer = Client(raise_request_exception=False).get("/broken")
    assert answer.status_code == 500
    assert "a bug" not in answer.content.decode()
    assert "Something broke on our side" in answer.content.decode()


def test_an_unknown_address_is_a_404_page(browser):
    assert "There is nothing here" in browser.get("/nowhere").content.decode()


def test_what_an_operation_refuses_is_shown_at_its_fields():
    form = forms.Form({})
    form.fields["name"] = forms.CharField(required=False)
    explain(form, Invalid("Not like this.", fields={"name": "Taken.", "elsewhere": "Too late."}))
    assert form.errors == {"name": ["Taken."], "__all__": ["Too late."]}


def test_what_belongs_to_no_field_stands_above_the_form():
    form = forms.Form({})
    explain(form, Invalid("Not like this."))
    assert form.non_field_errors() == ["Not like this."]


def test_views_keep_their_names():
    @page("GET", public=True)
    def overview(request):
        """What it shows."""
        return HttpResponse()

    assert (overview.__name__, overview.__doc__) == ("overview", "What it shows.")


def test_respond_says_what_the_answer_depends_on(browser):
    assert {"HX-Request", "HX-Boosted", "Cookie"} <= set(browser.get("/design/list").headers["Vary"].split(", "))
