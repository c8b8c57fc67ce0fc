"""The rules of RFC 7643 and 7644 but for PATCH, one after another, over HTTP; and every answer against the schemas that the service publishes."""

from typing import Any

import pytest

from forecourt.sso.scim.rules.schemas import ENTERPRISE
from forecourt.sso.tests.scim_client import BABS, GROUP, HOME, USER, WORK, error, op

TYPES = {"string": str, "boolean": bool, "reference": str, "dateTime": str, "decimal": float, "integer": int}


def breaches(resource: dict[str, Any], schemas: dict[str, Any]) -> list[str]:
    """Where a resource departs from the schemas that it names (RFC 7643 §3, §7)."""
    core, *extensions = resource["schemas"]
    common = {"schemas", "id", "externalId", "meta"}
    own = {name: value for name, value in resource.items() if name not in common and name not in extensions}
    found = [f"{name} is no part of any" for name in own if name.startswith("urn:")]
    for urn, values in [(core, own), *((urn, resource.get(urn, {})) for urn in extensions)]:
        found += _departures(values, schemas[urn]["attributes"])
    found += [name for name in ("resourceType", "created", "lastModified", "location", "version") if name not in resource["meta"]]
    return found


def _departures(values: dict[str, Any], attributes: list[dict[str, Any]]) -> list[str]:
    known = {one["name"]: one for one in attributes}
    found = [f"{name} is unknown" for name in values if name not in known]
    found += [f"{name} is missing" for name, one in known.items() if one["required"] and name not in values]
    for name, value in values.items():
        if one := known.get(name):
            found += _wrong(value, one)
    return found


def _wrong(value: Any, attribute: dict[str, Any]) -> list[str]:
    if isinstance(value, list) != attribute["multiValued"] or attribute["returned"] == "never":
        return [f"{attribute['name']} has the wrong shape"]
    values = value if attribute["multiValued"] else [value]
    if attribute["type"] == "complex":
        return [wrong for one in values for wrong in _departures(one, attribute["subAttributes"])]
    return [f"{attribute['name']} is no {attribute['type']}" for one in values if type(one) is not TYPES[attribute["type"]]]


def test_every_resource_keeps_to_the_published_schemas(scim, babs):
    schemas = {one["id"]: one for one in scim.call("GET", "/Schemas").json()["Resources"]}
    scim.call("POST", "/Groups", {"displayName": "Staff", "members": [{"value": babs["id"]}], "externalId": "G"})
    listed = [one for path in ("/Users", "/Groups") for one in scim.call("GET", path).json()["Resources"]]
    listed += [babs, scim.change(f"/Users/{babs['id']}", {"op": "replace", "path": "title", "value": "CEO"}).json()]
    assert [breaches(one, schemas) for one in listed] == [[]] * 4
    assert "groups" in listed[0]
    assert breaches(babs | {"shoeSize": 38, "title": 7, "emails": {}}, schemas) != []


def test_the_schemas_are_whole(scim):
    """RFC 7643 §7: what every attribute's definition says."""
    always = {"name", "type", "multiValued", "description", "required", "mutability", "returned"}
    for schema in scim.call("GET", "/Schemas").json()["Resources"]:
        attributes = [one for top in schema["attributes"] for one in (top, *top.get("subAttributes", []))]
        assert all(always <= set(one) for one in attributes)
        assert all({"caseExact", "uniqueness"} <= set(one) for one in attributes if one["type"] != "complex")
        assert all(one.get("referenceTypes") for one in attributes if one["type"] == "reference")
        assert all({one["name"]: one["mutability"] for one in attributes}.get(name) != "readWrite" for name in ("groups", "id", "meta"))


def test_what_the_service_says_of_itself_is_so(scim, babs):
    said = scim.call("GET", "/ServiceProviderConfig").json()
    assert {name: said[name]["supported"] for name in ("patch", "bulk", "filter", "changePassword", "sort", "etag")} == {
        "patch": True, "bulk": False, "filter": True, "changePassword": False, "sort": True, "etag": True,
    }  # fmt: skip
    assert scim.call("GET", f"/Users?count={said['filter']['maxResults'] + 1}").status_code == 200
    assert error(scim.call("POST", "/Bulk", {})) == (501, None)
    types = {one["id"]: one for one in scim.call("GET", "/ResourceTypes").json()["Resources"]}
    assert {one["schema"] for one in types.values()} == {USER, GROUP}
    assert [one["schema"] for one in types["User"]["schemaExtensions"]] == [ENTERPRISE]
    assert all(scim.call("GET", one["endpoint"]).status_code == 200 for one in types.values())


def test_a_resource_is_what_was_sent_less_what_is_the_servers(scim, babs):
    """RFC 7644 §3.3, RFC 7643 §3.1, §7: readOnly and unknown attributes are ignored, a password is never told."""
    expected = {name: value for name, value in BABS.items() if name not in ("password", "shoeSize", "groups", "id", "meta")}
    expected[ENTERPRISE] = {"department": "Sales", "manager": {"value": "26"}}
    assert {name: value for name, value in babs.items() if name not in ("id", "meta")} == expected | {"active": True}
    assert (babs["id"] != "7", babs["meta"]["version"]) == (True, 'W/"1"')


def test_an_answer_has_its_place_and_version(scim):
    """RFC 7644 §3.1, §3.3, §3.14."""
    made = scim.call("POST", "/Users", BABS)
    read = scim.call("GET", f"/Users/{made.json()['id']}")
    for answer in (made, read):
        meta = answer.json()["meta"]
        assert (answer["Location"], answer["ETag"], answer["Content-Type"]) == (meta["location"], meta["version"], "application/scim+json")
    assert (made.status_code, made.json()) == (201, read.json())


@pytest.mark.parametrize(
    ("header", "value", "get", "put"),
    [
        ("If-None-Match", 'W/"1"', 304, 200),
        ("If-None-Match", '"1"', 304, 200),
        ("If-None-Match", 'W/"7", W/"1"', 304, 200),
        ("If-None-Match", "*", 304, 200),
        ("If-None-Match", 'W/"2"', 200, 200),
        ("If-Match", 'W/"1"', 200, 200),
        ("If-Match", "*", 200, 200),
        ("If-Match", 'W/"2"', 200, 412),
        ("If-Match", "nonsense", 200, 412),
    ],
)
def test_versions(scim, babs, header, value, get, put):
    path, headers = f"/Users/{babs['id']}", {header: value}
    read = scim.call("GET", path, **headers)
    assert (read.status_code, read["ETag"], bool(read.content)) == (get, 'W/"1"', get == 200)
    assert scim.call("PUT", path, BABS | {"title": "CEO"}, **headers).status_code == put


def test_groups_have_versions_too(scim):
    made = scim.call("POST", "/Groups", {"displayName": "Staff"}).json()
    path, rename = f"/Groups/{made['id']}", {"op": "replace", "path": "displayName", "value": "All staff"}
    assert error(scim.change(path, rename, If_Match='W/"2"')) == (412, None)
    answers = [scim.change(path, rename) for _ in range(2)]  # the second changes nothing
    assert [(one.status_code, one["ETag"], one.content) for one in answers] == [(204, 'W/"2"', b"")] * 2
    assert error(scim.call("DELETE", path, If_Match='W/"1"')) == (412, None)


FOUND = (
    'userName eq "babs@fjord.example"', 'urn:ietf:params:scim:schemas:core:2.0:User:userName sw "BABS"', 'name.familyName co "jens"', "title pr",
    'title pr and userType ne "Employee"', 'emails[type eq "work" and value co "@fjord.example"]', f'schemas eq "{USER}"',
    f'schemas eq "{ENTERPRISE}"', f'{ENTERPRISE}:department eq "SALES"', f'{ENTERPRISE}:manager.value eq "26"', 'externalId eq "B1"',
    'userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")', 'meta.resourceType eq "User"', "id pr",
    'meta.lastModified ge "2011-05-13T04:42:34Z"', 'meta.lastModified gt "2011-05-13T04:42:34+02:00" and meta.created pr', "meta.location pr",
    'emails[type eq "work"] and not (emails[type eq "other"])', 'emails[type eq "x"] or phoneNumbers[type eq "mobile"]', "emails.primary eq true",
    'id ne "7"', 'userName EQ "babs@fjord.example" AND (title Eq "cto" OR active eq false)', 'meta.version eq "W/\\"1\\""', "not (groups pr)",
    'addresses.locality eq "aarhus"', "active ne false", "nickName ne null", 'userName gt "a" and userName lt "c"', 'shoeSize ne "38"',
)  # fmt: skip
NOT_FOUND = (
    'userName eq "babs"', 'externalId eq "b1"', f'schemas eq "{GROUP}"', 'meta.resourceType eq "Group"', "not (id pr)", "groups pr",
    "userType pr", "shoeSize pr", 'emails[type eq "home" and primary eq true]', 'password sw "t"', "active eq false",
    'meta.created lt "2011-05-13T04:42:34Z"', 'not (title eq "CTO")', 'emails ne "babs@home.example"', 'title eq "CTO" and not (active eq true)',
)  # fmt: skip


def test_the_filter_grammar(scim, babs):
    """RFC 7644 §3.4.2.2, with its own examples; by GET and by POST."""

    def finds(text):
        by_post = scim.call("POST", "/Users/.search", {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": text})
        answer = scim.get("/scim/v2/Users", {"filter": text})
        assert answer.json() == by_post.json()
        return answer.json()["totalResults"] == 1

    assert [text for text in FOUND if not finds(text)] == []
    assert [text for text in (*NOT_FOUND, f'id ne "{babs["id"]}"') if finds(text)] == []
    assert finds(f'id eq "{babs["id"]}"')


def test_links_are_found_by_their_value(scim, babs):
    path = f"/Groups/{scim.call('POST', '/Groups', {'displayName': 'Staff', 'members': [{'value': babs['id']}]}).json()['id']}"
    for text in (
        f'members eq "{babs["id"]}"',
        f'members[value eq "{babs["id"]}"]',
        "members pr",
        'members ne "x"',
        f'schemas eq "{GROUP}"',
    ):
        assert scim.get("/scim/v2/Groups", {"filter": text}).json()["totalResults"] == 1, text
    for text in ("groups pr", f'groups.value eq "{path.removeprefix("/Groups/")}"'):
        assert scim.get("/scim/v2/Users", {"filter": text}).json()["totalResults"] == 1, text


@pytest.mark.parametrize(
    ("query", "start", "names"),
    [
        ("", 1, "dcba"), ("startIndex=0", 1, "dcba"), ("startIndex=-1", 1, "dcba"), ("startIndex=2&count=2", 2, "cb"), ("count=0", 1, ""),
        ("count=-3", 1, ""), ("startIndex=4&count=9", 4, "a"), ("startIndex=5", 5, ""), ("STARTINDEX=4", 4, "a"), ("sortBy=userName", 1, "abcd"),
        ("sortBy=username&sortOrder=descending", 1, "dcba"), ("sortBy=title", 1, "bcad"), ("sortBy=title&sortOrder=descending", 1, "dacb"),
        ("sortBy=emails", 1, "badc"), ("sortBy=emails.value&sortOrder=ascending", 1, "badc"), ("sortBy=nothing", 1, "dcba"),
        (f"sortBy={ENTERPRISE}:department", 1, "adcb"), ("sortBy=meta.created", 1, "dcba"),
    ],
)  # fmt: skip
def test_order_and_pages(four, query, start, names):
    """RFC 7644 §3.4.2.3, §3.4.2.4: who has no value comes last, descending first; of several values the primary one counts."""
    told = four.call("GET", f"/Users?{query}").json()
    assert ([one["userName"][0] for one in told["Resources"]], told["totalResults"]) == (list(names), 4)
    assert (told["startIndex"], told["itemsPerPage"]) == (start, len(names))


@pytest.fixture
def four(scim):
    """d, c, b and a, made in this order."""
    crew: dict[str, tuple[str, str, dict[str, Any]]] = {  # the first address, the primary one, more
        "d": ("1@home.example", "2@fjord.example", {ENTERPRISE: {"department": "zinc"}}),
        "c": ("2@home.example", "3@fjord.example", {"title": "Berth"}),
        "b": ("3@home.example", "0@fjord.example", {"title": "Anchor"}),
        "a": ("4@home.example", "1@fjord.example", {"title": "Crane", ENTERPRISE: {"department": "Yard"}}),
    }
    for name, (first, primary, more) in crew.items():
        scim.add(name, userName=name, emails=[{"value": first}, {"value": primary, "primary": True}], **more)
    return scim


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("attributes=userName", "userName"),
        ("attributes=USERNAME,%20title", "userName title"),
        (f"attributes={USER}:userName", "userName"),
        ("attributes=id", ""),
        ("attributes=shoeSize", ""),
        (f"attributes={ENTERPRISE}:department", ENTERPRISE),
        (f"attributes={ENTERPRISE}", ENTERPRISE),
        (
            "excludedAttributes=id,schemas,name,emails,addresses,phoneNumbers,locale,timezone,nickName,active",
            f"userName externalId title meta {ENTERPRISE}",
        ),
    ],
)
def test_attributes_that_are_asked_for(scim, babs, query, names):
    """RFC 7644 §3.9: of every answer that has a resource; what is always returned stays."""
    path, change = f"/Users/{babs['id']}", {"Operations": [op("replace", "title", "CTO")]}
    answers = [
        scim.call("GET", f"{path}?{query}"),
        scim.call("PUT", f"{path}?{query}", BABS),
        scim.call("PATCH", f"{path}?{query}", change),
    ]
    told = [one.json() for one in answers] + scim.call("GET", f"/Users?{query}").json()["Resources"]
    assert [set(one) for one in told] == [{"id", "schemas", *names.split()}] * 4


def test_what_is_unique(scim, babs):
    """RFC 7644 §3.3: the name, in any case, and here the person. RFC 7643 §3.1: the server enforces no uniqueness of external ids."""
    taken = {"userName": "BABS@fjord.example", "emails": [{"value": "o@fjord.example"}]}, {"userName": "o", "emails": [WORK]}
    assert [error(scim.call("POST", "/Users", body)) for body in taken] == [(409, "uniqueness")] * 2
    assert scim.add("Ole", externalId="B1")["externalId"] == "B1"
    ole = scim.get("/scim/v2/Users", {"filter": 'userName eq "ole@fjord.example"'}).json()["Resources"][0]
    renamed = scim.change(f"/Users/{ole['id']}", op("replace", "userName", "BABS@FJORD.example"))
    assert error(renamed) == (409, "uniqueness")
    assert scim.call("PUT", f"/Users/{babs['id']}", BABS | {"userName": "BABS@fjord.example"}).json()["userName"] == "BABS@fjord.example"


def test_one_value_is_primary(scim, babs):
    """RFC 7643 §2.4."""
    both = [WORK, HOME | {"primary": True}]
    answer = scim.call("PUT", f"/Users/{babs['id']}", BABS | {"emails": [HOME | {"primary": True}, WORK]}).json()
    assert [one.get("primary") for one in answer["emails"]] == [False, True]
    assert error(scim.call("PUT", f"/Users/{babs['id']}", BABS | {"emails": both}))[0] == 403  # and so the address is another domain's
