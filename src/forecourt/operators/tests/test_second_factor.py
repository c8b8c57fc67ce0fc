"""An account that asks for a second factor is shut to whoever has none, and to nobody else."""

from datetime import UTC, datetime

import pytest
from allauth.mfa.models import Authenticator

from forecourt.access import OperatorRole, TeamRole
from forecourt.audit.tests.factories import recorded
from forecourt.identity.second_factor import SHOWN
from forecourt.identity.tests.inbox import last_message
from forecourt.integrations.tests.factories import make_credential
from forecourt.notifications.models import OutgoingEmail
from forecourt.operators import operations
from forecourt.operators.models import Operator, OperatorMember
from forecourt.operators.operations import SecondFactorMissing
from forecourt.teams.queries import actor_of
from forecourt.teams.tests.factories import make_team_member

LED = "/second-factor"
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def give_factor(person, type=Authenticator.Type.TOTP) -> None:
    Authenticator.objects.create(user=person, type=type, data={})


def ask(operator) -> None:
    Operator.objects.filter(pk=operator.pk).update(requires_second_factor=True)


def led(client, path="/") -> bool:
    return bool(client.get(path).headers.get("Location") == LED)


def test_an_admin_with_a_factor_turns_it_on_and_whoever_has_none_is_told(cast):
    give_factor(cast.ada)
    client = cast.client("ada")
    page = f"/account/{cast.northwind.pk}/security"
    assert "Oscar" in client.get(page).content.decode()
    assert client.post(page, {"requires_second_factor": "on"}).status_code == 303
    assert Operator.objects.get(pk=cast.northwind.pk).requires_second_factor
    assert last_message("oscar@example.com").subject == "Northwind asks for a second factor"
    told = set(OutgoingEmail.objects.filter(kind="security").values_list("to", flat=True))
    assert told == {f"{name}@example.com" for name in ("oscar", "bea", "sven", "sue")}


def test_who_has_none_cannot_turn_it_on(cast):
    answer = cast.client("ada").post(f"/account/{cast.northwind.pk}/security", {"requires_second_factor": "on"})
    assert (answer.status_code, "Set up your own second factor first" in answer.content.decode()) == (422, True)
    assert not Operator.objects.get(pk=cast.northwind.pk).requires_second_factor


def test_one_shown_at_an_identity_provider_counts_for_turning_it_on(cast):
    with pytest.raises(SecondFactorMissing):
        operations.require_second_factor(actor=cast.actor("ada"), operator=cast.northwind, is_required=True, at=AT)
    operations.require_second_factor(actor=cast.actor("ada"), operator=cast.northwind, is_required=True, at=AT, has_shown_one=True)
    assert Operator.objects.get(pk=cast.northwind.pk).requires_second_factor


def test_saving_it_again_tells_nobody_and_it_can_be_turned_off_without_one(cast):
    ask(cast.northwind)
    operator = Operator.objects.get(pk=cast.northwind.pk)
    operations.require_second_factor(actor=cast.actor("ada"), operator=operator, is_required=True, at=AT)
    operations.require_second_factor(actor=cast.actor("ada"), operator=operator, is_required=False, at=AT)
    assert not Operator.objects.get(pk=operator.pk).requires_second_factor
    assert not OutgoingEmail.objects.filter(kind="security").exists()


def test_the_setting_is_in_the_audit_log(cast):
    operations.require_second_factor(actor=cast.actor("ada"), operator=cast.northwind, is_required=True, at=AT, has_shown_one=True)
    (row,) = recorded(entity_type="Operator", entity_id=cast.northwind.pk, actor_id=cast.ada.pk)
    assert row.changes == {"requires_second_factor": [False, True]}


@pytest.mark.parametrize("path", ["/", "/teams/", "/charges/", "/switch-account"])
def test_who_has_nothing_else_is_led_from_every_page_but_their_own(cast, path):
    ask(cast.northwind)
    client = cast.client("ada")
    assert (led(client, path), led(client, path)) == (True, True)
    assert [client.get(own).status_code for own in ("/me", "/me/security", LED)] == [200, 200, 200]
    assert "Northwind asks for a second factor" in client.get(LED).content.decode()


@pytest.mark.parametrize("path", ["/teams/{harbour}", "/account/{northwind}/settings", "/account/{northwind}/security"])
def test_nothing_of_the_account_is_reached_until_then(cast, path):
    ask(cast.northwind)
    make_team_member(cast.ada, cast.harbour, TeamRole.ADMIN)
    client = cast.client("ada")
    address = path.format(harbour=cast.harbour.pk, northwind=cast.northwind.pk)
    assert led(client, address)
    before = Operator.objects.get(pk=cast.northwind.pk).support_email
    assert client.post(f"/account/{cast.northwind.pk}/support", {"email": "new@example.com", "is_first_line": "on"}).status_code == 404
    assert Operator.objects.get(pk=cast.northwind.pk).support_email == before
    give_factor(cast.ada)
    assert client.get(address).status_code == 200


def test_a_passkey_counts_and_recovery_codes_alone_do_not(cast):
    ask(cast.northwind)
    give_factor(cast.ada, Authenticator.Type.RECOVERY_CODES)
    assert led(cast.client("ada"))
    give_factor(cast.ada, Authenticator.Type.WEBAUTHN)
    assert not led(cast.client("ada"))


def test_a_main_accounts_setting_covers_its_sub_accounts_and_not_the_other_way_round(cast):
    ask(cast.northwind)
    assert led(cast.client("sue"))
    Operator.objects.filter(pk=cast.northwind.pk).update(requires_second_factor=False)
    ask(cast.southwind)
    assert (led(cast.client("sue")), led(cast.client("ada"))) == (True, False)
    page = f"/account/{cast.southwind.pk}/security"
    ask(cast.northwind)
    give_factor(cast.sue)
    assert "Northwind asks it of everybody in its Sub-accounts." in cast.client("sue").get(page).content.decode()


def test_other_accounts_and_teams_stay_open(cast):
    ask(cast.northwind)
    OperatorMember.objects.create(
        organisation_id=cast.eastgate.organisation_id, operator=cast.eastgate, person=cast.ada, role=OperatorRole.ADMIN, state="accepted"
    )
    client = cast.client("ada")
    assert led(client)  # once, right after sign-in
    assert client.get(f"/account/{cast.eastgate.pk}/settings").status_code == 200
    assert led(client, f"/account/{cast.northwind.pk}/settings")
    assert "Waiting for a second factor" in client.get("/switch-account").content.decode()
    assert client.get(f"/teams/?account={cast.northwind.pk}", follow=True).context["request"].actor.operator_id == cast.eastgate.pk


def test_a_session_that_showed_one_at_its_identity_provider_is_let_in(cast):
    ask(cast.northwind)
    client = cast.client("ada")
    session = client.session
    session[SHOWN] = cast.northwind.organisation_id
    session.save()
    assert client.get(f"/account/{cast.northwind.pk}/settings").status_code == 200


def test_one_shown_at_another_organisations_provider_opens_nothing(cast):
    ask(cast.northwind)
    client = cast.client("ada")
    session = client.session
    session[SHOWN] = cast.eastgate.organisation_id
    session.save()
    assert led(client)


def test_people_of_teams_and_strangers_are_not_asked(cast):
    ask(cast.northwind)
    assert [led(cast.client(who)) for who in ("tom", "dora", "eve", "root")] == [False] * 4
    assert cast.client("tom").get(LED).headers["Location"] == "/me/security"


def test_api_keys_of_people_are_not_touched(cast):
    ask(cast.northwind)
    make_credential(cast.northwind, person=cast.ada)
    assert [m.operator_id for m in actor_of(cast.ada).operator_memberships] == [cast.northwind.pk]
