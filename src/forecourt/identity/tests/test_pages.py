import pytest

from forecourt.identity.tests.factories import PASSWORD
from forecourt.notifications.models import OutgoingEmail


def _sign_in(client, email, password):
    return client.post("/accounts/login/", {"login": email, "password": password, "next": "/teams/"})


def test_a_person_signs_in_and_goes_where_they_wanted(cast, client):
    answer = _sign_in(client, "ada@example.com", PASSWORD)
    assert (answer.status_code, answer["Location"]) == (302, "/teams/")
    assert client.session["_auth_user_id"] == str(cast.ada.pk)


@pytest.mark.parametrize(("email", "password"), [("ada@example.com", "wrong password"), ("nobody@example.com", PASSWORD)])
def test_a_wrong_password_and_an_unknown_address_look_alike(cast, client, email, password):
    answer = _sign_in(client, email, password)
    assert answer.status_code == 200
    assert "email address and/or password you specified are not correct" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_signing_out_takes_a_post(cast):
    client = cast.client("ada")
    assert client.get("/accounts/logout/").status_code == 200
    assert "_auth_user_id" in client.session
    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session


def test_a_reset_link_comes_by_mail_and_works_once(cast, client):
    assert client.post("/accounts/password/reset/", {"email": "ada@example.com"}).status_code == 302
    letter = OutgoingEmail.objects.get(to="ada@example.com")
    link = next(word for word in letter.text.split() if "/password/reset/key/" in word)
    form = client.get(link.removeprefix("http://testserver"), follow=True)
    target = form.redirect_chain[-1][0]
    answer = client.post(target, {"password1": "a brand new secret", "password2": "a brand new secret"})
    assert answer.status_code == 302
    cast.ada.refresh_from_db()
    assert cast.ada.check_password("a brand new secret")
    assert "no longer works" in client.get(link.removeprefix("http://testserver"), follow=True).content.decode()


def test_a_reset_for_an_unknown_address_says_the_same(cast, client):
    answer = client.post("/accounts/password/reset/", {"email": "nobody@example.com"}, follow=True)
    assert "If somebody has an account" in answer.content.decode()
