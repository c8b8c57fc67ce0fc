"""SCIM lists in the database: the filter finds what the rule finds; pages, order, attributes, search by POST; discovery; who may."""

import pytest

from forecourt.sso.models import DirectoryUser
from forecourt.sso.operations import directories
from forecourt.sso.tests.scim_client import AT, SYSTEM, ScimClient, error, make_directory, make_verified_domain
from forecourt.sso.tests.test_scim_rules import BABS, FAILS, HOLDS, NONSENSE

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


@pytest.fixture
def crew(scim: ScimClient) -> ScimClient:
    for name in ("Nora", "Anna", "Ole"):
        scim.add(name, title=f'{name}\'s 100% "title" (a.b)')
    return scim


def asked(scim, text, **more):
    answer = scim.get("/scim/v2/Users", {"filter": text, **more})
    assert answer.status_code == 200, answer.content
    return [one["userName"] for one in answer.json()["Resources"]]


def test_the_database_finds_what_the_rules_find(scim):
    assert scim.call("POST", "/Users", BABS).status_code == 201
    assert [text for text in HOLDS if asked(scim, text) != ["Babs"]] == []
    assert [text for text in FAILS if asked(scim, text)] == []


@pytest.mark.parametrize("text", [text for text in NONSENSE if text.strip()])
def test_nonsense_is_refused(scim, text):
    assert error(scim.get("/scim/v2/Users", {"filter": text})) == (400, "invalidFilter")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('userName eq "NORA@fjord.example"', ["nora"]),
        ('externalId eq "x-Ole"', ["ole"]),
        ('externalId eq "X-OLE"', []),
        ('title co "100% \\"TITLE\\" (A.B"', ["nora", "anna", "ole"]),
        ('title ew "(a.b)"', ["nora", "anna", "ole"]),
        ('title ew "(a?b)"', []),
        ('title sw "nora\'s"', ["nora"]),
        ('meta.created gt "2020-01-01T00:00:00Z" and userName sw "a"', ["anna"]),
        ('meta.lastModified lt "2020-01-01T00:00:00Z"', []),
        ('id eq "no"', []),
        ('groups eq "no"', []),
    ],
)
def test_filters_over_columns_and_odd_characters(crew, text, names):
    assert [name.split("@")[0] for name in asked(crew, text)] == names


def test_a_filter_by_id(crew):
    uid = DirectoryUser.objects.get(user_name__startswith="anna").uid
    assert asked(crew, f'id eq "{uid}"') == ["anna@fjord.example"]


def test_order_and_pages(crew):
    def names(query):
        return [name.split("@")[0] for name in crew.found(f"/Users?{query}")]

    assert names("sortBy=userName") == ["anna", "nora", "ole"]
    assert names("sortBy=name.givenName&sortOrder=descending&startIndex=2&count=1") == ["nora"]
    assert names("sortBy=emails.value&count=0") == []
    assert names("sortBy=meta.created&startIndex=-5&count=2") == ["nora", "anna"]
    told = crew.call("GET", "/Users?startIndex=3&count=9").json()
    assert (told["totalResults"], told["startIndex"], told["itemsPerPage"]) == (3, 3, 1)
    assert error(crew.call("GET", "/Users?count=many")) == (400, "invalidValue")


def test_attributes(crew):
    only = crew.call("GET", "/Users?attributes=userName,name.familyName&count=1").json()["Resources"][0]
    assert set(only) == {"id", "schemas", "userName", "name"}
    assert only["name"] == {"familyName": "Fjord"}
    assert "emails" not in crew.call("GET", "/Users?excludedAttributes=emails&count=1").json()["Resources"][0]


def test_a_search_by_post(crew):
    body = {"schemas": [SEARCH], "filter": 'userName sw "o"', "attributes": ["userName"], "count": 5}
    assert [one["userName"] for one in crew.call("POST", "/Users/.search", body).json()["Resources"]] == ["ole@fjord.example"]
    assert error(crew.call("POST", "/Users/.search", {"filter": 'userName sw "o"'})) == (400, "invalidSyntax")


def test_a_list_costs_the_same_for_any_number(crew, django_assert_num_queries):
    with django_assert_num_queries(4):  # directory, page, groups, count; beside them the limit's counter
        crew.call("GET", "/Users")


@pytest.mark.parametrize("path", ["/ServiceProviderConfig", "/ResourceTypes", "/ResourceTypes/User", "/Schemas"])
def test_what_the_service_can_do(scim, path):
    assert scim.call("GET", path).status_code == 200
    assert error(scim.call("POST", path, {}))[0] == 405


def test_every_schema_is_found_by_its_name(scim):
    told = scim.call("GET", "/Schemas").json()
    assert [scim.call("GET", f"/Schemas/{one['id']}").json() for one in told["Resources"]] == told["Resources"]
    assert error(scim.call("GET", "/Schemas/urn:none")) == (404, None)
    assert error(scim.call("GET", '/Schemas?filter=id%20eq%20"x"')) == (403, None)


@pytest.mark.parametrize(("path", "status"), [("/Bulk", 501), ("/Me", 501), ("/Nothing", 404), ("/Users/7", 404), ("/Groups/x", 404)])
def test_what_is_not_there_says_so_in_the_protocols_words(scim, path, status):
    assert error(scim.call("GET", path)) == (status, None)


ENDPOINTS = (
    "ServiceProviderConfig", "ResourceTypes", "ResourceTypes/User", "Schemas", "Schemas/x", "Users", "Users/.search", "Users/{id}", "Groups",
    "Groups/.search", "Groups/{id}", "Bulk", "Me", "other", "", ".search",
)  # fmt: skip


def test_nobody_comes_in_without_a_directorys_token(cast, crew):
    uid, before = DirectoryUser.objects.first().uid, list(DirectoryUser.objects.values())
    asked = [
        (method, f"/scim/v2/{path}".replace("{id}", str(uid))) for path in ENDPOINTS for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
    ]
    for place, (method, path) in enumerate(asked):  # each from an address of its own, so that none is slowed down
        for client in (cast.client("ada") if place == 0 else ScimClient(None), ScimClient("wrong")):
            assert client.generic(method, path, REMOTE_ADDR=f"10.0.0.{place}").status_code == 401
    assert list(DirectoryUser.objects.values()) == before


def test_a_stranger_s_directory_sees_and_changes_nothing(cast, crew):
    make_verified_domain(cast.eastgate, "gate.example")
    stranger = make_directory(cast.eastgate)[1]
    uid = DirectoryUser.objects.first().uid
    assert stranger.found("/Users") == []
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        assert stranger.call(method, f"/Users/{uid}", {}).status_code == 404
    assert error(stranger.call("POST", "/Users", {"userName": "nora@fjord.example", "active": False})) == (403, None)
    assert stranger.call("POST", "/Groups", {"displayName": "G", "members": [{"value": str(uid)}]}).status_code == 400


def test_two_tokens_for_a_day_then_one_then_none(cast):
    directory, old = make_directory(cast.northwind)
    from forecourt.kit import clock

    now = clock.now()
    new = ScimClient(directories.regenerate_token(actor=SYSTEM, directory=directory, at=now))
    assert [one.call("GET", "/Users").status_code for one in (old, new)] == [200, 200]
    directories.regenerate_token(actor=SYSTEM, directory=directory, at=AT)  # long ago: only the newest is left
    assert [one.call("GET", "/Users").status_code for one in (old, new)] == [401, 401]
    directories.revoke_directory(actor=SYSTEM, directory=directory, at=now)
    with pytest.raises(directories.DirectoryRevoked):
        directories.regenerate_token(actor=SYSTEM, directory=directory, at=now)


def test_wrong_tokens_are_slowed_down_and_the_right_one_is_not(scim):
    guesses = [ScimClient(f"guess-{number}").call("GET", "/Users").status_code for number in range(32)]
    assert (guesses[0], guesses[-1]) == (401, 429)
    assert scim.call("GET", "/Users").status_code == 200


def test_the_last_use_is_noted(cast):
    directory, scim = make_directory(cast.northwind)
    scim.call("GET", "/Users")
    directory.refresh_from_db()
    assert directory.last_used_at is not None
