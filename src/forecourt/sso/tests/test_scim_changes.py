"""PATCH of RFC 7644 §3.5.2 over HTTP, rule by rule, and as Entra ID and Okta write it."""

import pytest

from forecourt.sso.scim.rules.schemas import ENTERPRISE
from forecourt.sso.tests.scim_client import BABS, GROUP, HOME, MOBILE, USER, WORK, error, op

PATCHES = (
    # RFC 7644 §3.5.2.1: add
    (op("add", "displayName", "Babs J"), "displayName", "Babs J"),
    (op("add", None, {"emails": [{"value": "b@x.example", "type": "other"}], "nickName": "B"}), "emails", [WORK, HOME, {"value": "b@x.example", "type": "other"}]),
    (op("add", "emails", [HOME]), "emails", [WORK, HOME]),
    (op("add", "phoneNumbers", [MOBILE | {"primary": True}]), "phoneNumbers", [MOBILE | {"primary": True}]),
    (op("add", 'emails[type eq "home"].display', "At home"), "emails", [WORK, HOME | {"display": "At home"}]),
    (op("add", "name", {"middleName": "Jane"}), "name", BABS["name"] | {"middleName": "Jane"}),
    # §3.5.2.2: remove
    (op("remove", "title"), "title", None),
    (op("remove", "name.formatted"), "name", {"givenName": "Barbara", "familyName": "Jensen"}),
    (op("remove", 'emails[type eq "home" and value ew "home.example"]'), "emails", [WORK]),
    (op("remove", 'emails[type eq "home"].type'), "emails", [WORK, {"value": HOME["value"]}]),
    (op("remove", 'emails[type eq "nothing"]'), "emails", [WORK, HOME]),
    (op("remove", f"{ENTERPRISE}:manager"), ENTERPRISE, {"department": "Sales"}),
    # §3.5.2.3: replace
    (op("replace", "name", {"givenName": "Bab"}), "name", BABS["name"] | {"givenName": "Bab"}),
    (op("replace", "emails", [WORK]), "emails", [WORK]),
    (op("replace", 'emails[type eq "home"]', {"value": "b@x.example"}), "emails", [WORK, {"value": "b@x.example", "type": "home"}]),
    (op("replace", 'addresses[type eq "work"].locality', "Odense"), "addresses", [BABS["addresses"][0] | {"locality": "Odense"}]),
    (op("replace", f"{USER}:title", "CEO"), "title", "CEO"),
    (op("replace", f"{ENTERPRISE}:department", "Ops"), ENTERPRISE, {"department": "Ops", "manager": {"value": "26"}}),
    (op("replace", "title"), "title", None),
    # Entra ID
    (op("Replace", "active", "False"), "active", False),
    (op("Add", 'phoneNumbers[type eq "work"].value', "+4511111111"), "phoneNumbers", [MOBILE, {"type": "work", "value": "+4511111111"}]),
    (op("Replace", None, {"name.familyName": "Berg", "active": "True", f"{ENTERPRISE}:department": "Ops"}), "name", BABS["name"] | {"familyName": "Berg"}),
    (op("Add", f"{ENTERPRISE}:manager", "27"), ENTERPRISE, {"department": "Sales", "manager": {"value": "27"}}),
    (op("Add", None, {'emails[type eq "home"].value': "b@x.example"}), "emails", [WORK, {"value": "b@x.example", "type": "home"}]),
    # Okta
    (op("replace", None, {"active": False, "password": "t1meMa$heen", "id": "7", "groups": []}), "active", False),
    (op("replace", ENTERPRISE, {"costCenter": "12"}), ENTERPRISE, {"department": "Sales", "manager": {"value": "26"}, "costCenter": "12"}),
)  # fmt: skip


@pytest.mark.parametrize(("operation", "attribute", "expected"), PATCHES)
def test_a_patch(scim, babs, operation, attribute, expected):
    answer = scim.change(f"/Users/{babs['id']}", operation)
    assert (answer.status_code, answer.json().get(attribute)) == (200, expected)
    assert "password" not in answer.json()
    assert scim.call("GET", f"/Users/{babs['id']}").json() == answer.json()


REFUSED = (
    (op("replace", "id", "7"), "mutability"),
    (op("add", "groups", [{"value": "7"}]), "mutability"),
    (op("replace", "meta.version", "7"), "mutability"),
    (op("remove", "userName"), "mutability"),
    (op("replace", f"{ENTERPRISE}:manager.displayName", "Boss"), "mutability"),
    (op("remove"), "noTarget"),
    (op("replace", 'emails[type eq "other"]', {"value": "b@x.example"}), "noTarget"),
    (op("replace", "shoeSize", "38"), "invalidPath"),
    (op("replace", "emails[type eq].value", "x"), "invalidPath"),
    (op("replace", "name[givenName pr]", "x"), "invalidPath"),
    (op("replace", ENTERPRISE, "x"), "invalidPath"),
    (op("add", "password", "t1meMa$heen"), "invalidPath"),
    (op("copy", "title", "x"), "invalidSyntax"),
    (op("add", "title", {"a": 1}), "invalidValue"),
    (op("add", "name", "Babs"), "invalidValue"),
    (op("replace", "active", "perhaps"), "invalidValue"),
    (op("add", None, "title"), "invalidValue"),
)


@pytest.mark.parametrize(("operation", "scim_type"), REFUSED)
def test_a_patch_that_cannot_be_changes_nothing(scim, babs, operation, scim_type):
    path = f"/Users/{babs['id']}"
    assert error(scim.change(path, op("replace", "title", "CEO"), operation)) == (400, scim_type)
    assert scim.call("GET", path).json() == babs


def test_what_changes_nothing_leaves_the_version(scim, babs):
    """RFC 7644 §3.5.2.1: a value that is there already."""
    path = f"/Users/{babs['id']}"
    assert scim.change(path, op("add", "emails", [HOME]), op("replace", "title", "CTO")).json()["meta"] == babs["meta"]
    assert scim.call("PUT", path, BABS).json()["meta"] == babs["meta"]


def test_a_group_by_entra_and_by_okta(scim, babs):
    """Members come by `add` and go by path or by value; a PATCH is answered with 204, with the resource where attributes are asked for."""
    made = scim.call(
        "POST",
        "/Groups",
        {"schemas": [GROUP, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"], "displayName": "Staff"},
    )
    path, member = f"/Groups/{made.json()['id']}", [{"value": babs["id"]}]
    steps = [
        (op("Add", "members", member), 1), (op("Remove", "members", member), 0), (op("add", "members", member * 2), 1),
        (op("remove", f'members[value eq "{babs["id"]}"]'), 0), (op("replace", "members", member), 1), (op("replace", None, {"members": []}), 0),
        (op("replace", None, {"id": made.json()["id"], "displayName": "All staff"}), 0), (op("add", None, {"members": member}), 1), (op("remove", "members"), 0),
    ]  # fmt: skip
    for operation, members in steps:
        assert scim.change(path, operation).status_code == 204, operation
        assert len(scim.call("GET", path).json().get("members", [])) == members, operation
    asked = scim.change(f"{path}?attributes=displayName", op("add", "members", member))
    assert (asked.status_code, set(asked.json())) == (200, {"schemas", "id", "displayName"})
    assert error(scim.change(path, op("replace", f'members[value eq "{babs["id"]}"].value', "7"))) == (400, "mutability")
