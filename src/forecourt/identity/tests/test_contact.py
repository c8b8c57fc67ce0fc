from datetime import timedelta

import pytest

from forecourt.identity.models import OneTimeCode, Person
from forecourt.identity.tests.inbox import code_in, last_message
from forecourt.kit import clock
from forecourt.notifications.models import OutgoingEmail


def test_changing_the_address_asks_again_who_it_is(cast):
    answer = cast.client("ada").get("/me/contact/email")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/reauthenticate/?next=%2Fme%2Fcontact%2Femail")


def test_a_code_to_the_new_address_moves_it_and_the_old_one_is_told(fresh, cast):
    client = fresh("ada")
    assert client.post("/me/contact/email", {"address": "Ada@New.example"}).status_code == 303
    code = code_in(last_message("ada@new.example"))
    assert client.post("/me/contact/email/code", {"code": code}).status_code == 303
    ada = Person.objects.get(pk=cast.ada.pk)
    assert (ada.email, ada.email_verified_at is not None) == ("ada@new.example", True)
    notice = last_message("ada@example.com")
    assert "a…@new.example" in notice.text
    assert "/accounts/password/reset/" in notice.text
    assert not OneTimeCode.objects.exists()


def test_a_phone_number_is_shown_to_be_theirs_by_text_message(fresh, cast):
    client = fresh("ada")
    client.post("/me/contact/phone", {"address": "+45 31 22 33 44"})
    message = last_message("+4531223344")
    assert message.channel == "sms"
    client.post("/me/contact/phone/code", {"code": code_in(message)})
    ada = Person.objects.get(pk=cast.ada.pk)
    assert (ada.phone, ada.phone_verified_at is not None) == ("+4531223344", True)
    assert "+45…44" in last_message("ada@example.com").text


def test_a_phone_number_is_taken_away_and_both_addresses_are_told(fresh, cast):
    Person.objects.filter(pk=cast.ada.pk).update(phone="+4531223344", phone_verified_at=clock.now())
    client = fresh("ada")
    assert "/me/phone/remove" in client.get("/me").content.decode()
    assert client.get("/me/phone/remove").status_code == 200
    assert client.post("/me/phone/remove").status_code == 303
    ada = Person.objects.get(pk=cast.ada.pk)
    assert (ada.phone, ada.phone_verified_at) == (None, None)
    assert last_message("+4531223344").channel == "sms"
    assert "no longer has +45…44" in last_message("ada@example.com").text
    assert "/me/phone/remove" not in client.get("/me").content.decode()


def test_a_number_is_not_taken_away_by_whoever_finds_an_open_browser(cast):
    Person.objects.filter(pk=cast.ada.pk).update(phone="+4531223344")
    assert cast.client("ada").post("/me/phone/remove").headers["Location"].startswith("/accounts/reauthenticate/")
    assert Person.objects.get(pk=cast.ada.pk).phone == "+4531223344"


def test_five_wrong_codes_and_even_the_right_one_is_refused(fresh, cast):
    client = fresh("ada")
    client.post("/me/contact/email", {"address": "ada@new.example"})
    code = code_in(last_message("ada@new.example"))
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for _try in range(5):
        assert client.post("/me/contact/email/code", {"code": wrong}).status_code == 422
    answer = client.post("/me/contact/email/code", {"code": code})
    assert "Ask for a new code." in answer.content.decode()
    assert Person.objects.get(pk=cast.ada.pk).email == "ada@example.com"


def test_a_code_is_kept_as_a_hash_and_dies_after_ten_minutes(fresh, cast):
    client = fresh("ada")
    client.post("/me/contact/email", {"address": "ada@new.example"})
    code, row = code_in(last_message("ada@new.example")), OneTimeCode.objects.get()
    assert row.expires_at - row.created_at == timedelta(minutes=10)
    assert code.encode() not in bytes(row.code_hash) + bytes(row.payload)
    assert b"new.example" not in bytes(row.payload)
    OneTimeCode.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert client.post("/me/contact/email/code", {"code": code}).status_code == 404
    assert Person.objects.get(pk=cast.ada.pk).email == "ada@example.com"


def test_an_address_that_somebody_has_looks_the_same_and_its_owner_is_told(fresh, cast):
    client = fresh("ada")
    taken, free = (client.post("/me/contact/email", {"address": address}) for address in ("eve@example.com", "free@example.com"))
    assert (taken.status_code, taken["Location"]) == (free.status_code, free["Location"])
    assert not OutgoingEmail.objects.filter(to="eve@example.com", kind="code").exists()
    assert "tried to use" in last_message("eve@example.com").subject


@pytest.mark.parametrize(("kind", "address"), [("email", "not an address"), ("phone", "12345"), ("phone", "+4500000000000000")])
def test_an_address_that_is_none_is_said_at_the_field(fresh, kind, address):
    answer = fresh("ada").post(f"/me/contact/{kind}", {"address": address})
    assert answer.status_code == 422
    assert 'id="id_address-error"' in answer.content.decode()
    assert not OneTimeCode.objects.exists()


def test_codes_are_not_sent_without_end(fresh):
    client = fresh("ada")
    answers = [client.post("/me/contact/email", {"address": f"ada{n}@new.example"}).status_code for n in range(6)]
    assert answers == [303] * 5 + [429]


def test_letters_are_in_the_readers_language(fresh, cast):
    Person.objects.filter(pk=cast.eve.pk).update(language="da")
    fresh("ada").post("/me/contact/email", {"address": "eve@example.com"})
    assert last_message("eve@example.com").subject == "Nogen har forsøgt at bruge dine kontaktoplysninger"
