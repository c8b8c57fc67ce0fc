"""Charge keys: one living key per identifier, in the whole installation."""

import pytest

from forecourt.access import Actor
from forecourt.kit.errors import Invalid
from forecourt.network import operations
from forecourt.network.models import ChargeKey
from forecourt.network.tests.factories import AT, make_key

SYSTEM = Actor.system("test")


def create(team, identifier="04A1B2C3", type="rfid", **fields):
    return operations.create_key(
        actor=SYSTEM, team=team, identifier=identifier, type=type, person=fields.pop("person", None), values=fields, at=AT
    )


def test_a_key_works_everywhere_unless_it_is_told_otherwise(cast):
    key = create(cast.harbour, "04a1b2c3", name=" Anna’s card ")
    key.refresh_from_db()
    assert (key.identifier, key.name) == ("04A1B2C3", "Anna’s card")
    assert (key.is_for_network, key.is_for_roaming, key.is_for_operator, key.blocked_at) == (True, True, True, None)


def test_an_identifier_is_once_among_the_living_of_all_operators(cast):
    key = create(cast.harbour)
    with pytest.raises(operations.KeyTaken):
        create(cast.gate, "04a1b2c3")
    operations.delete_key(actor=SYSTEM, key=key, at=AT)
    operations.delete_key(actor=SYSTEM, key=key, at=AT)
    assert create(cast.gate).team == cast.gate


@pytest.mark.parametrize("identifier", ["123456789", "VID:1234", ""])
def test_a_bad_identifier_is_refused(cast, identifier):
    with pytest.raises(Invalid) as caught:
        create(cast.harbour, identifier)
    assert list(caught.value.fields) == ["identifier"]
    assert not ChargeKey.objects.exists()


def test_its_owner_is_a_member_of_the_team(cast):
    assert create(cast.harbour, person=cast.dora).person == cast.dora
    with pytest.raises(Invalid):
        create(cast.harbour, "04A1B2C4", person=cast.eve)


def test_blocking_keeps_the_first_moment(cast):
    from datetime import timedelta

    key = make_key("04A1B2C3", cast.harbour)
    operations.block_key(actor=SYSTEM, key=key, at=AT)
    assert operations.block_key(actor=SYSTEM, key=key, at=AT + timedelta(hours=1)).blocked_at == AT
    assert operations.unblock_key(actor=SYSTEM, key=key, at=AT).blocked_at is None


def test_a_key_moves_within_its_organisation_and_loses_an_owner_who_is_no_member_there(cast):
    key = make_key("04A1B2C3", cast.harbour, person=cast.dora)
    moved = operations.edit_key(actor=SYSTEM, key=key, values={"team": cast.garden}, at=AT)
    moved.refresh_from_db()
    assert (moved.team, moved.operator, moved.person) == (cast.garden, cast.southwind, None)
    with pytest.raises(Invalid):
        operations.edit_key(actor=SYSTEM, key=moved, values={"team": cast.gate}, at=AT)


def test_a_deleted_key_refuses_every_change(cast):
    key = make_key("04A1B2C3", cast.harbour, deleted_at=AT)
    for change in (operations.block_key, operations.unblock_key):
        with pytest.raises(operations.Deleted):
            change(actor=SYSTEM, key=key, at=AT)
    with pytest.raises(operations.Deleted):
        operations.edit_key(actor=SYSTEM, key=key, values={"name": "x"}, at=AT)
