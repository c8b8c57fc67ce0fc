"""Whatever goes wrong at the SCIM door, also a bug of ours, is answered with the protocol's error (RFC 7644 §3.12)."""

import pytest

from forecourt.sso.operations import directory_users
from forecourt.sso.scim import door
from forecourt.sso.tests.scim_client import error

UNKNOWN = "8c0b3f9e-0000-4000-8000-000000000000"
LONG_ADDRESS = f"{'a' * 250}@fjord.example"


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/scim/v2/Nothing", (404, None)),
        ("GET", "/scim/v2/Users/", (404, None)),
        ("GET", "/scim/v2", (404, None)),
        ("GET", "/scim/v1/Users", (404, None)),
        ("POST", "/scim/", (404, None)),
        ("GET", "/scim/v2/Users/%00", (404, None)),
        ("GET", "/scim/v2/a%0Ab", (404, None)),
        ("GET", f"/scim/v2/Users/{UNKNOWN}", (404, None)),
        ("DELETE", f"/scim/v2/Groups/{UNKNOWN}", (404, None)),
        ("PUT", "/scim/v2/Users", (405, None)),
        ("POST", f"/scim/v2/Users/{UNKNOWN}", (405, None)),
        ("OPTIONS", "/scim/v2/Groups", (405, None)),
        ("GET", "/scim/v2/Users/.search", (405, None)),
        ("DELETE", "/scim/v2/ServiceProviderConfig", (405, None)),
        ("GET", "/scim/v2/Me", (501, None)),
        ("POST", "/scim/v2/Bulk", (501, None)),
        ("GET", "/scim/v2/", (501, None)),
        ("POST", "/scim/v2/.search", (501, None)),
    ],
)
def test_an_address_or_method_that_is_none(scim, method, path, expected):
    answer = scim.generic(method, path)
    assert (error(answer), answer["Content-Type"]) == (expected, "application/scim+json")
    assert ("Allow" in answer) == (expected[0] == 405)


@pytest.mark.parametrize(
    ("body", "type", "expected"),
    [
        (b"", "application/scim+json", (400, "invalidSyntax")),
        (b"{", "application/scim+json", (400, "invalidSyntax")),
        (b'{"userName": NaN}', "application/json", (400, "invalidSyntax")),
        (b'{"userName": "\xff"}', "application/json", (400, "invalidSyntax")),
        (b'{"userName": "\\ud800@fjord.example"}', "application/json; charset=utf-8", (400, "invalidSyntax")),
        (b"[" * 5000, "application/scim+json", (400, "invalidSyntax")),
        (b'"userName"', "application/scim+json", (400, "invalidSyntax")),
        (b"userName=nora", "application/x-www-form-urlencoded", (415, None)),
        (b"<user/>", "text/xml", (415, None)),
    ],
)
def test_a_body_that_is_none(scim, body, type, expected):
    for method, path in (("POST", "/Users"), ("POST", "/Groups"), ("POST", "/Users/.search")):
        assert error(scim.generic(method, f"/scim/v2{path}", body, content_type=type)) == expected


def test_json_is_taken_too(scim):
    body = b'{"userName": "nora@fjord.example"}'
    assert scim.generic("POST", "/scim/v2/Users", body, content_type="application/json").status_code == 201


def test_a_body_that_is_too_large(scim, monkeypatch):
    monkeypatch.setattr(door, "LARGEST", 40)
    fits, too_large = b'{"userName": "nora@fjord.example"}      ', b'{"userName": "nora.berg@fjord.example"}   '
    answers = [scim.generic("POST", "/scim/v2/Users", body, content_type="application/scim+json") for body in (too_large, fits)]
    assert (error(answers[0]), answers[1].status_code) == ((413, None), 201)


@pytest.mark.parametrize(
    "query",
    [
        'filter=userName eq "\\ud800"', "filter=userName gt 1e999", "filter=" + " or ".join(["id pr"] * 400), "filter=active gt true",
        "filter=title co null", 'filter=meta.created gt "2026-13-01T00:00:00Z"', 'filter=meta.created co "2026"', 'filter=groups.display eq "Staff"', 'filter=members[type eq "User"]',
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_asked(scim, query):
    name, _, value = query.partition("=")
    for path in ("Users", "Groups"):
        assert error(scim.get(f"/scim/v2/{path}", {name: value})) == (400, "invalidFilter")


@pytest.mark.parametrize("name", ["a\x00b", ".", "emails..value", 'a"b', "\\"])
def test_an_order_that_cannot_be(scim, name):
    assert error(scim.get("/scim/v2/Users", {"sortBy": name})) == (400, "invalidPath")


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_the_first_and_the_last_moment(scim, moment):
    assert scim.get("/scim/v2/Users", {"filter": f'meta.created ne "{moment}"'}).status_code == 200


def test_a_name_that_no_index_holds(scim):
    name = "".join(chr(0x10000 + 7919 * place % 0x8000) for place in range(1000))
    for path, body in (("/Groups", {"displayName": name}), ("/Users", {"userName": name, "emails": [{"value": "n@fjord.example"}]})):
        assert error(scim.call("POST", path, body)) == (400, "invalidValue")
    fits = {"userName": name[:400], "externalId": name[:400], "emails": [{"value": "n@fjord.example"}]}
    assert scim.call("POST", "/Users", fits).status_code == 201


def test_an_address_that_is_too_long(scim):
    assert error(scim.call("POST", "/Users", {"userName": LONG_ADDRESS})) == (400, "invalidValue")


def test_a_bug_of_ours_is_logged_and_told_without_its_words(scim, monkeypatch, caplog):
    scim.add("Nora")

    def broken(*_given: object) -> None:
        raise RuntimeError("the password is 42")

    monkeypatch.setattr(directory_users, "folded", broken)
    answer = scim.call("POST", "/Users", {"userName": "ole@fjord.example"})
    assert (error(answer), b"42" in answer.content) == ((500, None), False)
    assert "the password is 42" in caplog.text
    assert scim.found("/Users") == ["nora@fjord.example"]
