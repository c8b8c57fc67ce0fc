"""The direct road answers exactly what the ordinary road of the API does, and counts a request once."""

from concurrent.futures import ThreadPoolExecutor
from unittest.mock import Mock

import pytest
from django.core import signals
from django.db import close_old_connections, connections
from django.urls import get_resolver

from forecourt.api import direct
from forecourt.integrations.models import Credential
from forecourt.integrations.tests.factories import api_client
from forecourt.network.models import ChargePoint
from forecourt.project import wsgi
from forecourt.project.tests.test_wsgi import ask, token_of

EACH_ITS_OWN = ("RateLimit-Remaining", "RateLimit-ResetsIn", "X-Request-ID")
QUERIES = {
    "/api/v1/charges": (
        "", "page=0&perPage=2", "page=1&perPage=1", "perPage=101", "page=x", "state=completed", "state=nonsense", "operatorRole=payer",
        "fromDate=2020-01-01T00:00:00Z&toDate=2030-01-01T00:00:00%2B01:00", "partnerExternalId=", "partnerExternalId=a%20b", "teamId=1",
        "chargeAuthType=rfid", "chargeAuthType=rfid&chargeAuthId=1", "operatorId=999999", "per_page=1", "perPage=1&perPage=2", "note=%00",
        "siteId=1&chargePointId=1", "perPage=%C3%A6", "partnerExternalId=%ff", "page=99999999999999999999", "page", "&&page=1",
    ),
    "/api/v1/charge-points": (
        "", "perPage=1", "state=other", "includeDeleted=true", "includeDeleted=x", "includePublic=true", "boundingBox=50.0,5.0,60.0,15.0",
        "boundingBox=1", "sortByLocation=55.6,12.5", "sortByLocation=x", "fromUpdatedDate=2020-01-01", "siteId=0", "partnerExternalId=x",
    ),
    "/api/v1/teams": ("", "perPage=1", "page=7", "featureGroupId=1", "includeDeleted=true", "fromUpdatedAt=2020-01-01T00:00:00Z", "operatorId=0"),
}  # fmt: skip
NEEDED = {
    "/api/v1/charge-point-integrations": "chargePointId={point.pk}",
    "/api/v1/country-areas": "countryId=1",
    "/api/v1/wallets": "teamId={point.team_id}",
    "/api/v1/price-groups": "teamId={point.team_id}",
    "/api/v1/charge-points/map": "topLatitude=60.0&rightLongitude=15.0&bottomLatitude=50.0&leftLongitude=5.0"
    "&centerLatitude=55.0&centerLongitude=10.0&zoom=9",
}
_ = get_resolver().url_patterns  # the lists are known once the routers are


@pytest.fixture(autouse=True)
def put_away(monkeypatch):
    """The application puts connections away around each request; the test's transaction needs its own."""
    connection = Mock()
    monkeypatch.setattr(direct, "connection", connection)
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    yield connection.close_if_unusable_or_obsolete
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def token(cast):
    from forecourt.api.tests.world import assemble

    assemble(cast)
    return token_of(api_client(cast.northwind))


@pytest.fixture
def ordinary(monkeypatch):
    """Ask on the ordinary road."""

    def on_it(path, query="", **headers):
        with monkeypatch.context() as patch:
            patch.setattr(direct, "LISTS", {})
            return told(path, query, **headers)

    return on_it


def told(path, query="", **headers):
    status, given, body = ask(path, QUERY_STRING=query, **headers)
    return status, [(name, value) for name, value in given.items() if name not in EACH_ITS_OWN], body


@pytest.mark.parametrize(("path", "query"), [(path, query) for path, queries in QUERIES.items() for query in queries])
@pytest.mark.parametrize("version", ["v1", "v2", "2024-07-01", "v3"])
def test_both_roads_answer_the_same_bytes(token, ordinary, path, query, version):
    headers = {"HTTP_AUTHORIZATION": token, "HTTP_MONTA_VERSION": version}
    answered = told(path, query, **headers)
    assert answered == ordinary(path, query, **headers)
    assert answered[0] in ("200 OK", "400 Bad Request", "403 Forbidden")


@pytest.mark.parametrize("path", sorted({*direct.LISTS, *QUERIES}))
def test_every_list_has_the_direct_road(cast, token, ordinary, path, monkeypatch):
    answers = []
    monkeypatch.setattr(direct, "answer", lambda environ, answer=direct.answer: answers.append(answer(environ)) or answers[-1])
    point = ChargePoint.objects.filter(operator_id=cast.northwind.pk)[0]
    asked = NEEDED.get(path, "").format(point=point)
    direct_answer = told(path, asked, HTTP_AUTHORIZATION=token)
    assert answers[0] is not None
    assert direct_answer == ordinary(path, asked, HTTP_AUTHORIZATION=token)


@pytest.mark.parametrize("authorization", ["", "Bearer nonsense", "Basic x"])
def test_who_has_no_token_is_refused_alike(token, ordinary, authorization):
    headers = {"HTTP_AUTHORIZATION": authorization}
    refused = told("/api/v1/charges", **headers)
    assert refused == ordinary("/api/v1/charges", **headers)
    assert refused[0] == "401 Unauthorized"


@pytest.mark.parametrize(("query", "status"), [("", "200 OK"), ("page=x", "400 Bad Request"), ("operatorId=999999", "403 Forbidden")])
def test_a_request_is_counted_once_whatever_its_road(token, query, status):
    remaining = []
    for _ in range(2):
        answered, headers, _ = ask("/api/v1/charges", QUERY_STRING=query, HTTP_AUTHORIZATION=token)
        assert answered == status
        remaining.append(int(headers["RateLimit-Remaining"]))
    assert remaining[0] - remaining[1] in (1, remaining[0] - 999_999)  # a new window may begin between the two


def test_a_credential_without_the_scope_and_one_beyond_its_limit_are_refused_alike(cast, ordinary):
    for fields, status in (({"scopes": ["teams:read"]}, "403 Forbidden"), ({"rate_limit": 1}, "429 Too Many Requests")):
        headers = {"HTTP_AUTHORIZATION": token_of(api_client(cast.northwind, **fields))}
        told("/api/v1/charges", **headers)
        refused = told("/api/v1/charges", **headers)
        assert refused[0] == status
        assert refused[0] == ordinary("/api/v1/charges", **headers)[0]


def test_a_revoked_credential_is_refused_at_the_next_request(token):
    assert told("/api/v1/charges", HTTP_AUTHORIZATION=token)[0] == "200 OK"
    Credential.objects.update(revoked_at="2026-11-01T00:00:00Z")
    assert told("/api/v1/charges", HTTP_AUTHORIZATION=token)[0] == "401 Unauthorized"


def test_a_bug_on_the_direct_road_is_answered_by_the_ordinary_one(token, monkeypatch):
    def broken(_request, _query):
        raise ZeroDivisionError

    old = direct.LISTS["/api/v1/charges"]
    monkeypatch.setitem(direct.LISTS, "/api/v1/charges", direct.List(old.may, old.query, broken))
    assert told("/api/v1/charges", HTTP_AUTHORIZATION=token)[0] == "200 OK"


@pytest.mark.parametrize(("path", "given"), [("/api/v1/charges", "from-our-proxy-1"), ("/api/v1/teams", "no"), ("/api/v1/teams", "æ" * 9)])
def test_a_request_keeps_the_id_that_a_proxy_gave_it(token, path, given):
    _, headers, _ = ask(path, HTTP_AUTHORIZATION=token, HTTP_X_REQUEST_ID=given)
    assert (headers["X-Request-ID"] == given) == (given == "from-our-proxy-1")
    assert len(headers["X-Request-ID"]) >= 16


def test_over_https_both_roads_insist_on_it(token, ordinary, settings, monkeypatch):
    settings.SECURE_HSTS_SECONDS = 31_536_000
    monkeypatch.setattr(wsgi, "_api", wsgi.ApiHandler())
    monkeypatch.setattr(wsgi, "lists", wsgi.DirectHandler())
    headers = {"HTTP_AUTHORIZATION": token, "wsgi.url_scheme": "https"}
    answered = told("/api/v1/charges", **headers)
    assert ("Strict-Transport-Security", "max-age=31536000") in answered[1]
    assert answered == ordinary("/api/v1/charges", **headers)


def test_a_connection_beyond_its_age_is_replaced_on_the_direct_road_too(token, put_away):
    told("/api/v1/charges", HTTP_AUTHORIZATION=token)
    put_away.assert_called_once_with()


@pytest.fixture
def lane():
    lane = direct.Lane()
    yield lane
    with lane.turn():
        connections["default"].close()


def session():
    """PostgreSQL's process behind the thread's present connection."""
    with connections["default"].cursor() as cursor:
        return cursor.execute("SELECT pg_backend_pid()").fetchone()[0]


def test_lists_take_turns_at_one_connection_whatever_their_thread(db, lane):
    def in_turn():
        with lane.turn():
            return session()

    own = session()
    with ThreadPoolExecutor(max_workers=2) as threads:
        others = {threads.submit(in_turn).result() for _ in range(2)}
    assert others == {in_turn()}
    assert others != {own}
    assert session() == own


def test_behind_a_slow_list_a_thread_goes_on_at_its_own_connection(db, lane):
    def own_and_in_turn():
        own = connections["default"]
        with lane.turn():
            return own is connections["default"]

    with ThreadPoolExecutor(max_workers=1) as threads:
        with lane.turn():
            assert threads.submit(own_and_in_turn).result()
        assert not threads.submit(own_and_in_turn).result()


def test_a_bug_gives_the_turn_back(db, lane):
    own = connections["default"]
    with pytest.raises(ZeroDivisionError), lane.turn():
        raise ZeroDivisionError
    assert connections["default"] is own
    with lane.turn():
        assert connections["default"] is not own
