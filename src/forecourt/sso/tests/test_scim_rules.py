"""Filters, patches and projections of SCIM as pure rules (RFC 7644 §3.4.2.2, §3.5.2, §3.9)."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecourt.sso.scim.rules import filters
from forecourt.sso.scim.rules.errors import Immutable, InvalidFilter, InvalidPath, InvalidSyntax, InvalidValue, NoTarget, ScimRefused
from forecourt.sso.scim.rules.patches import patched
from forecourt.sso.scim.rules.paths import folded
from forecourt.sso.scim.rules.resources import address_of, names_of, shown
from forecourt.sso.scim.rules.schemas import ENTERPRISE, GROUPS, USERS
from forecourt.sso.tests.scim_client import op

WORK = {"value": "Babs@Fjord.example", "type": "work", "primary": True}
HOME = {"value": "babs@home.example", "type": "home"}
BABS = {
    "userName": "Babs", "externalId": "X1", "active": True, "title": "CTO", "name": {"familyName": "Jensen", "givenName": "Barbara"},
    "emails": [WORK, HOME], ENTERPRISE: {"department": "Sales", "manager": {"value": "26"}},
}  # fmt: skip
HOLDS = (
    'userName eq "babs"', 'USERNAME Eq "BABS"', 'name.familyName co "ENS"', 'userName sw "B"', 'userName ew "bs"', "title pr",
    'title pr and not (userType pr)', 'userName ne "x"', "active eq true", 'emails co "fjord"', 'emails.value eq "babs@home.example"',
    'emails[type eq "work" and value co "@fjord"]', 'emails[type eq "home" and not (primary eq true)]', 'externalId eq "X1"',
    'urn:ietf:params:scim:schemas:core:2.0:User:userName sw "b"', f'{ENTERPRISE}:department eq "sales"', f'{ENTERPRISE}:manager eq "26"',
    '(userName eq "x" or title eq "cto") and active eq true', 'userName gt "a" and userName le "babs"', "userType eq null", "title ne null",
    'userName eq "x" and title eq "y" or active eq true', 'name.givenName eq "Bar\\u0062ara"',
)  # fmt: skip
FAILS = (
    'userName eq "bab"', 'externalId eq "x1"', 'emails[type eq "home" and value co "@fjord"]', "userType pr", 'not (title eq "CTO")',
    'userName lt "a"', "active eq false", 'userName eq "x" and (title eq "y" or active eq true)', 'emails ne "babs@home.example"',
    'title co "."', 'userName gt 3', 'shoe.size eq "42"',
)  # fmt: skip
NONSENSE = (
    "", " ", "userName", "userName eq", "userName eq babs", 'userName is "x"', 'userName eq "x" or', '(userName eq "x"', 'userName eq "x")',
    'emails[type eq "work"', "not title pr", 'userName eq "x" userName', '"x" eq userName', 'userName eq "x', "name. pr", "a" * 5000,
    "(" * 50 + "title pr" + ")" * 50, 'userName eq "\\u0000"', "[title pr]", "title pr]", 'userName eq {"a":1}',
)  # fmt: skip


@pytest.mark.parametrize("text", HOLDS)
def test_a_filter_holds(text):
    assert filters.matches(filters.parse(text), folded(BABS))


@pytest.mark.parametrize("text", FAILS)
def test_a_filter_fails(text):
    assert not filters.matches(filters.parse(text), folded(BABS))


@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_is_no_filter(text):
    with pytest.raises(InvalidFilter):
        filters.parse(text)


@given(st.text(alphabet=' ()[]"\\.:anotrdpeq1$\n', max_size=60))
def test_whatever_is_typed_is_a_filter_or_refused(text):
    with contextlib.suppress(InvalidFilter):
        assert filters.matches(filters.parse(text), folded(BABS)) in (True, False)


def change(resource, *operations, type=USERS):
    return patched(resource, {"Operations": list(operations)}, type)


@pytest.mark.parametrize(
    ("operation", "attribute", "expected"),
    [
        (op("replace", "title", "CEO"), "title", "CEO"),
        (op("Add", "NAME.GIVENNAME", "Bab"), "name", {"familyName": "Jensen", "givenName": "Bab"}),
        (op("replace", "name", {"givenName": "Bab"}), "name", {"familyName": "Jensen", "givenName": "Bab"}),
        (op("remove", "title"), "title", None),
        (op("replace", "title", ""), "title", None),
        (op("remove", "name.givenName"), "name", {"familyName": "Jensen"}),
        (op("remove", 'emails[type eq "home"]'), "emails", [WORK]),
        (op("remove", 'emails[type eq "work"].primary'), "emails", [{"value": "Babs@Fjord.example", "type": "work"}, HOME]),
        (op("remove", "emails"), "emails", None),
        (op("replace", 'emails[type eq "home"].value', "b@x.example"), "emails", [WORK, {"value": "b@x.example", "type": "home"}]),
        (op("replace", "emails", [HOME]), "emails", [HOME]),
        (op("add", "emails", [HOME]), "emails", [WORK, HOME]),
        (op("add", "emails", [{"value": "n@x.example", "primary": True}]), "emails",
         [WORK | {"primary": False}, HOME, {"value": "n@x.example", "primary": True}]),
        (op("replace", 'emails[type eq "home"].primary', "True"), "emails", [WORK | {"primary": False}, HOME | {"primary": True}]),
        (op("Add", 'phoneNumbers[type eq "mobile"].value', "+4512345678"), "phoneNumbers", [{"value": "+4512345678", "type": "mobile"}]),
        (op("Replace", "active", "False"), "active", False),
        (op("replace", None, {"active": False, "id": "7", "schemas": []}), "active", False),
        (op("Add", None, {"name.givenName": "Bab"}), "name", {"familyName": "Jensen", "givenName": "Bab"}),
        (op("add", f"{ENTERPRISE}:manager", "27"), ENTERPRISE, {"department": "Sales", "manager": {"value": "27"}}),
        (op("add", None, {ENTERPRISE: {"department": "Ops"}}), ENTERPRISE, {"department": "Ops", "manager": {"value": "26"}}),
    ],
)  # fmt: skip
def test_a_patch(operation, attribute, expected):
    assert change(BABS, operation).get(attribute) == expected


@pytest.mark.parametrize(
    ("operation", "error"),
    [
        (op("replace", "shoe", "42"), InvalidPath),
        (op("replace", "name.shoe", "42"), InvalidPath),
        (op("replace", 'title[x eq "1"]', "42"), InvalidPath),
        (op("replace", 'emails[type eq "work"', "42"), InvalidPath),
        (op("replace", "emails[type]", "42"), InvalidPath),
        (op("replace", 'emails[type co "other"].value', "x"), NoTarget),
        (op("remove"), NoTarget),
        (op("replace", "id", "7"), Immutable),
        (op("add", "groups", [{"value": "7"}]), Immutable),
        (op("move", "title", "x"), InvalidSyntax),
        (op("remove", "userName"), Immutable),
        (op("replace", 'emails[type eq "other"]', {"value": "x"}), NoTarget),
        (op("replace", "active", "soon"), InvalidValue),
        (op("replace", None, "title"), InvalidValue),
    ],
)
def test_a_patch_that_cannot_be(operation, error):
    with pytest.raises(error):
        change(BABS, operation)


@pytest.mark.parametrize("body", [None, [], {}, {"Operations": []}, {"Operations": "x"}, {"Operations": [1]}])
def test_a_patch_lists_operations(body):
    with pytest.raises(InvalidSyntax):
        patched(BABS, body, USERS)


def test_members_are_added_once_and_removed_in_both_ways():
    group = {"displayName": "Staff", "members": [{"value": "1"}, {"value": "2"}, {"value": "3"}]}
    added = change(group, op("add", "members", [{"value": "2"}, {"value": "4"}]), type=GROUPS)
    left = change(added, op("remove", 'members[value eq "1"]'), op("Remove", "members", [{"value": "3"}]), type=GROUPS)
    assert [one["value"] for one in left["members"]] == ["2", "4"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["value", "type", "active", "emails"]), inner, max_size=3),
    max_leaves=6,
)
PATHS = st.sampled_from(
    ["", "title", "emails", 'emails[type eq "work"]', 'emails[type eq "x"].value', "name", "name.givenName", ENTERPRISE]
)


@given(st.sampled_from(["add", "replace", "remove"]), PATHS, VALUES)
def test_no_patch_breaks_the_rules_or_the_old_resource(verb, path, value):
    before = repr(BABS)
    with contextlib.suppress(ScimRefused):
        assert change(BABS, op(verb, path, value))["userName"]
    assert repr(BABS) == before


def test_an_answer_shows_what_is_asked_for():
    whole = {"id": "7", "schemas": ["s"], **BABS}
    assert set(shown(whole, only=["userName"])) == {"id", "schemas", "userName"}
    assert shown(whole, only=["emails.value"])["emails"] == [{"value": WORK["value"]}, {"value": HOME["value"]}]
    assert "emails" not in shown(whole, without=["Emails", "id"])
    assert shown(whole, without=["name.givenName", "id"])["name"] == {"familyName": "Jensen"}
    assert "id" in shown(whole, without=["id"])


@pytest.mark.parametrize(
    ("resource", "address"),
    [
        (BABS, "babs@fjord.example"),
        ({"userName": "A@b.example"}, "a@b.example"),
        ({"userName": "a@b.example", "emails": [HOME]}, "babs@home.example"),
        ({"userName": "a", "emails": [HOME, {"value": "w@x.example", "type": "Work"}]}, "w@x.example"),
        ({"userName": "a"}, ""),
    ],
)
def test_which_address_says_who_it_is(resource, address):
    assert address_of(resource) == address


def test_names():
    assert names_of(BABS) == ("Barbara", "Jensen")
    assert names_of({"displayName": "Anna Maria Berg"}) == ("Anna Maria", "Berg")
    assert names_of({"displayName": "Prince"}) == ("Prince", None)
    assert names_of({}) == (None, None)
