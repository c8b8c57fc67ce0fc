"""Directories in the portal: the token once, two for a day, disconnecting, what was sent and which roles it brings."""

import re

from forecourt.access import OperatorRole
from forecourt.audit.tests.factories import recorded
from forecourt.identity.models import Person
from forecourt.operators.models import OperatorMember
from forecourt.sso.models import Directory
from forecourt.sso.operations import group_roles
from forecourt.sso.tests.scim_client import AT, SYSTEM, ScimClient, error, make_directory, make_verified_domain


def token_in(page: str) -> ScimClient:
    """The one word of 48 letters that works."""
    clients = [ScimClient(word) for word in set(re.findall(r"\b[A-Za-z2-9]{48}\b", page))]
    return next(client for client in clients if client.call("GET", "/Users").status_code == 200)


def test_the_token_of_a_new_directory_is_shown_once_and_works(cast):
    ada = cast.client("ada")
    page = ada.post("/directories/new", {"name": "Okta"}).text
    directory = Directory.objects.get(name="Okta")
    assert token_in(page).call("GET", "/Users").status_code == 200
    again = ada.get(f"/directories/{directory.pk}").text
    assert not re.findall(r"\b[A-Za-z2-9]{48}\b", again)
    assert "/scim/v2" in again


def test_a_name_is_needed(cast):
    answer = cast.client("ada").post("/directories/new", {"name": ""})
    assert (answer.status_code, Directory.objects.count()) == (422, 0)


def test_a_new_token_leaves_the_old_one_a_day_unless_it_leaked(cast):
    directory, old = make_directory(cast.northwind)
    ada = cast.client("ada")
    newer = token_in(ada.post(f"/directories/{directory.pk}/token", {}).text)
    assert [one.call("GET", "/Users").status_code for one in (old, newer)] == [200, 200]
    newest = token_in(ada.post(f"/directories/{directory.pk}/token", {"leaked": "on"}).text)
    assert [one.call("GET", "/Users").status_code for one in (old, newer, newest)] == [401, 401, 200]


def test_disconnecting_ends_the_token_and_leaves_people(cast):
    make_verified_domain(cast.northwind, "fjord.example")
    directory, scim = make_directory(cast.northwind)
    scim.add("Nora")
    assert cast.client("ada").post(f"/directories/{directory.pk}/revoke").status_code == 303
    assert scim.call("GET", "/Users").status_code == 401
    assert Person.objects.get(email="nora@fjord.example").is_active


def test_the_page_shows_people_groups_and_the_roles_they_bring(cast):
    make_verified_domain(cast.northwind, "fjord.example")
    directory, scim = make_directory(cast.northwind)
    nora = scim.add("Nora", active=False)
    scim.call("POST", "/Groups", {"displayName": "Bookkeeping", "members": [{"value": nora["id"]}]})
    group_roles.map_group(actor=SYSTEM, account=cast.northwind, group="Bookkeeping", role=OperatorRole.BOOKKEEPER, at=AT)
    page = cast.client("ada").get(f"/directories/{directory.pk}").text
    assert all(word in page for word in ("Nora Fjord", "Kept out", "Bookkeeping", "Bookkeeper · Northwind"))


def role_of(email: str) -> str | None:
    return OperatorMember.objects.filter(person__email=email).values_list("role", flat=True).first()


def mapped(cast) -> ScimClient:
    make_verified_domain(cast.northwind, "fjord.example")
    group_roles.map_group(actor=SYSTEM, account=cast.northwind, group="Books", role=OperatorRole.BOOKKEEPER, at=AT)
    return make_directory(cast.northwind)[1]


def test_a_group_brings_its_role_and_takes_it_back(cast):
    scim = mapped(cast)
    nora = scim.add("Nora")
    group = scim.call("POST", "/Groups", {"displayName": "Books", "members": [{"value": nora["id"]}]}).json()
    assert role_of("nora@fjord.example") == "bookkeeper"
    assert scim.call("GET", f"/Users/{nora['id']}").json()["groups"][0]["display"] == "Books"
    assert scim.change(f"/Groups/{group['id']}", {"op": "remove", "path": f'members[value eq "{nora["id"]}"]'}).status_code == 204
    assert role_of("nora@fjord.example") is None


def test_deactivating_takes_the_role_and_activating_gives_it_again(cast):
    scim = mapped(cast)
    nora = scim.add("Nora")
    scim.call("POST", "/Groups", {"displayName": "Books", "members": [{"value": nora["id"]}]})
    roles = []
    for active in (False, True):
        scim.change(f"/Users/{nora['id']}", {"op": "replace", "path": "active", "value": active})
        roles.append(role_of("nora@fjord.example"))
    assert roles == [None, "bookkeeper"]


def test_renaming_replacing_and_deleting_a_group(cast):
    scim = mapped(cast)
    nora, ole = scim.add("Nora"), scim.add("Ole")
    path = f"/Groups/{scim.call('POST', '/Groups', {'displayName': 'Other', 'members': [{'value': nora['id']}]}).json()['id']}"
    scim.change(path, {"op": "replace", "value": {"displayName": "Books"}})
    assert role_of("nora@fjord.example") == "bookkeeper"
    scim.call("PUT", path, {"displayName": "Books", "members": [{"value": ole["id"]}]})
    assert (role_of("nora@fjord.example"), role_of("ole@fjord.example")) == (None, "bookkeeper")
    assert scim.found(f'/Groups?excludedAttributes=members&filter=members eq "{ole["id"]}"') == ["Books"]
    assert scim.found(f'/Users?filter=groups.value eq "{path.removeprefix("/Groups/")}"') == ["ole@fjord.example"]
    assert scim.call("DELETE", path).status_code == 204
    assert role_of("ole@fjord.example") is None


def test_a_group_has_one_name_and_known_members(cast):
    scim = mapped(cast)
    scim.call("POST", "/Groups", {"displayName": "Books"})
    assert error(scim.call("POST", "/Groups", {"displayName": "BOOKS"})) == (409, "uniqueness")
    assert error(scim.call("POST", "/Groups", {"displayName": "X", "members": [{"value": "7"}]})) == (400, "invalidValue")
    assert error(scim.call("POST", "/Groups", {"members": []})) == (400, "invalidValue")
    assert scim.found("/Groups?sortBy=displayName") == ["Books"]


def test_the_audit_log_names_the_directory_and_not_the_token(cast):
    scim = mapped(cast)
    scim.add("Nora")
    (made,) = recorded(entity_type="DirectoryUser", action="created")
    (connected,) = recorded(entity_type="Directory")
    assert (made.actor_kind, made.actor_name) == ("system", "SCIM: Entra ID")
    assert connected.changes["token_hash"][1] == "•••"
