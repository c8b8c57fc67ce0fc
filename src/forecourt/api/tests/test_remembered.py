"""What is remembered of lists: rows by what their columns read, and tables that only migrations write."""

import msgspec
import pytest

from forecourt.access import Scope
from forecourt.api import rows
from forecourt.api.reference_rows import Reference, country_name, currency
from forecourt.api.replies import encoded
from forecourt.api.rows import Listing, Pure, Where
from forecourt.places.models import Country
from forecourt.teams.models import Team


@pytest.fixture
def listing():
    return Listing("teams_team", {"id": "r.id", "name": "r.name", "created_at": "r.created_at", "place": "r.city"})


@pytest.fixture
def page(cast, listing):
    """The JSON of Northwind's teams, and how many rows were shaped for it."""

    def ask(key=None, *, limit=10, is_counted=True):
        made = []
        shape = Pure(lambda row: made.append(row.id) or {"id": row.id, "name": row.name, "key": key, "at": row.created_at}, key)
        scope = Scope(operator_ids=frozenset({cast.northwind.pk}))
        found, total = (
            listing.counted_page(scope, Where(), limit=limit, offset=0, shape=shape)
            if is_counted
            else (listing.page(scope, Where(), limit=limit, offset=0, shape=shape), 3)
        )
        assert total == Team.objects.filter(operator=cast.northwind).count()
        return msgspec.json.decode(encoded(found)), len(made)

    return ask


@pytest.mark.parametrize("is_counted", [True, False])
def test_a_row_that_reads_as_before_is_shaped_once(page, is_counted):
    first, shaped = page(is_counted=is_counted)
    assert (len(first), shaped) == (3, 3)
    assert page(is_counted=is_counted) == (first, 0)
    assert page(limit=2, is_counted=is_counted) == (first[:2], 0)


def test_whatever_changes_in_a_row_is_seen_at_once(cast, page):
    page()
    Team.objects.filter(pk=cast.harbour.pk).update(city="Aarhus")
    assert page()[1] == 1
    Team.objects.filter(pk=cast.harbour.pk).update(name="Quay")
    told, shaped = page()
    assert shaped == 1
    assert {team["id"]: team["name"] for team in told}[cast.harbour.pk] == "Quay"


def test_null_is_not_the_empty_text(cast, listing):
    sql = "SELECT 1, 'a', now(), {0}::text"
    shape = Pure(lambda row: {"place": row.place})
    told = [listing._told(rows.ask(sql.format(value)), shape)[0] for value in ("NULL", "''", "'NULL'")]
    assert [encoded(rows) for rows in told] == [b'[{"place":null}]', b'[{"place":""}]', b'[{"place":"NULL"}]']


def test_another_view_of_the_row_is_another_json(page):
    assert page("owner")[0] != page("payer")[0]
    assert page("owner")[1] == 0


def test_no_more_than_so_many_are_remembered(page, listing, monkeypatch):
    monkeypatch.setattr(rows, "MOST_REMEMBERED", 3)
    for key in range(4):
        assert page(key)[1] == 3
    assert len(listing._made) == 3
    assert page(0)[1] == 3


def test_behind_a_pooler_every_row_is_shaped(page, monkeypatch):
    first = page()[0]
    monkeypatch.setattr(rows, "_has_pooler", lambda: True)
    assert page() == (first, 3)


def test_what_is_not_known_yet_is_read_again(db):
    names = Reference("SELECT id, name FROM places_country")
    denmark = Country.objects.get(alpha2="DK")
    assert names.get(denmark.pk) == ("Denmark",)
    made = Country.objects.create(alpha2="XX", name="Nowhere", currency=denmark.currency, time_zone="UTC", is_eu=False)
    assert names.get(made.pk) == ("Nowhere",)
    assert names.get(None) is None
    assert names.get(2**40) is None


def test_names_beside_numbers(db):
    assert country_name(Country.objects.get(alpha2="SE").pk) == "Sweden"
    assert currency("DKK") == {"identifier": "dkk", "name": "Danish Krone", "decimals": 2}
    assert (country_name(None), currency("QQQ")) == (None, None)
