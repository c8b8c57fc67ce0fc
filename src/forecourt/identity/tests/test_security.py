import re
import time
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.test import Client

from forecourt.identity.tests.factories import PASSWORD
from forecourt.identity.tests.inbox import last_message
from forecourt.kit import clock

NEW = "an entirely other secret"


def app_code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def with_app(client) -> str:
    """Add the app; its secret."""
    page = client.get("/me/security/app").content.decode()
    secret = str(re.findall(r'data-copy="([A-Z2-7]{32})"', page)[0])
    assert client.post("/me/security/app", {"code": app_code(secret)}).status_code == 303
    return secret


def sign_in(email="ada@example.com", **headers) -> tuple[Client, Any]:
    client = Client(headers=headers)
    return client, client.post("/accounts/login/", {"login": email, "password": PASSWORD})


def test_a_new_password_signs_out_everybody_else(cast):
    here, elsewhere = sign_in()[0], sign_in()[0]
    here.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert here.post("/me/security/password", {"password": NEW}).status_code == 303
    assert (here.get("/me/security").status_code, elsewhere.get("/me/security").status_code) == (200, 302)
    cast.ada.refresh_from_db()
    assert cast.ada.check_password(NEW)
    assert last_message("ada@example.com").subject == "Your password was changed"
    assert UserSession.objects.filter(user=cast.ada).count() == 1


def test_a_weak_password_is_refused_at_the_field(fresh, cast):
    answer = fresh("ada").post("/me/security/password", {"password": "password"})
    assert answer.status_code == 422
    assert 'id="id_password-error"' in answer.content.decode()


def test_who_signs_in_another_way_has_no_password_to_change(cast):
    client = cast.client("ada")
    cast.ada.set_unusable_password()
    cast.ada.save()
    client.force_login(cast.ada)
    assert client.get("/me/security/password").status_code == 404
    assert "/me/security/password" not in client.get("/me").content.decode()


def test_the_app_is_asked_for_at_sign_in_and_its_secret_is_encrypted(fresh, cast):
    secret = with_app(fresh("ada"))
    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))
    client, answer = sign_in()
    assert answer["Location"] == "/accounts/2fa/"
    assert client.get("/me").status_code == 302
    assert client.post("/accounts/2fa/", {"code": "000000"}).status_code == 200
    client.post("/accounts/2fa/", {"code": app_code(secret)})
    assert client.get("/me").status_code == 200


def test_recovery_codes_are_shown_once_and_work_once(fresh):
    client = fresh("ada")
    with_app(client)
    shown = re.findall(
        r"^\d{8}$", client.get("/me/security/recovery-codes").content.decode().split("<pre")[1].replace(">", "\n"), re.MULTILINE
    )
    assert len(shown) == 10
    assert shown[0] not in client.get("/me/security/recovery-codes").content.decode()
    other, _answer = sign_in()
    other.post("/accounts/2fa/", {"code": shown[0]})
    assert other.get("/me").status_code == 200
    again, _answer = sign_in()
    again.post("/accounts/2fa/", {"code": shown[0]})
    assert again.get("/me").status_code == 302


def test_recovery_codes_can_be_printed_copied_and_kept_as_a_file(fresh):
    client = fresh("ada")
    with_app(client)
    answer = client.get("/me/security/recovery-codes")
    page, codes = answer.content.decode(), answer.context["codes"]
    file = unquote(str(re.findall(r'href="data:text/plain;charset=utf-8,([^"]+)"', page)[0]))
    assert file.split("\n")[2:-1] == codes
    assert "ada@example.com" in file.split("\n")[0]
    assert all(code in str(re.findall(r'data-copy="([^"]+)"', page)[0]) for code in codes)
    assert "data-print" in page


def test_new_recovery_codes_end_the_old(fresh):
    client = fresh("ada")
    with_app(client)
    first = client.get("/me/security/recovery-codes").content.decode()
    client.post("/me/security/recovery-codes")
    second = client.get("/me/security/recovery-codes").content.decode()
    assert set(re.findall(r"\b\d{8}\b", first)).isdisjoint(re.findall(r"\b\d{8}\b", second))


def test_removing_the_app_ends_the_second_step(fresh):
    client = fresh("ada")
    with_app(client)
    assert client.get("/me/security/app/remove").status_code == 200
    client.post("/me/security/app/remove")
    assert not Authenticator.objects.exists()
    assert sign_in()[1]["Location"] == "/"


def test_sessions_are_listed_and_ended(cast):
    here, there = sign_in()[0], sign_in(user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0")[0]
    page = here.get("/me/security").content.decode()
    assert "Firefox, Linux" in page
    other = UserSession.objects.exclude(session_key=here.session.session_key).get()
    assert here.post(f"/me/security/sessions/{other.pk}/end").status_code == 303
    assert (here.get("/me").status_code, there.get("/me").status_code) == (200, 302)


def test_nobody_ends_anothers_session(cast):
    sign_in()
    theirs = UserSession.objects.get(user=cast.ada)
    assert cast.client("eve").post(f"/me/security/sessions/{theirs.pk}/end").status_code == 404
    assert UserSession.objects.filter(pk=theirs.pk).exists()


@pytest.mark.parametrize(("hours", "status"), [(11.9, 200), (12.1, 302)])
def test_a_session_that_is_not_used_ends(cast, monkeypatch, hours, status):
    client, later = sign_in()[0], clock.now() + timedelta(hours=hours)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert client.get("/me").status_code == status


def test_a_wrong_password_too_often_closes_the_pair_not_the_account(cast):
    def tries(password: str, address: str):
        return Client(REMOTE_ADDR=address).post("/accounts/login/", {"login": "ada@example.com", "password": password})

    for _try in range(10):
        tries("wrong", "192.0.2.1")
    assert tries(PASSWORD, "192.0.2.1").status_code == 200
    assert tries(PASSWORD, "192.0.2.2").status_code == 302


def test_the_way_to_a_new_password_stands_once_on_the_sign_in_page(client, db):
    assert client.get("/accounts/login/").content.decode().count("Forgot your password?") == 1
