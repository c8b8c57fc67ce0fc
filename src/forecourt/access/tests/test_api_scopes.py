import pytest

from forecourt.access import Permission
from forecourt.access.api_scopes import includes, is_known, permissions_of


@pytest.mark.parametrize(
    ("held", "needed", "covered"),
    [
        ("charge-points:write", "charge-points:read", True),
        ("charge-points:read", "charge-points:write", False),
        ("all:read", "teams:read", True),
        ("all:read", "teams:write", False),
        ("all:delete", "operators", True),
        ("all", "teams:delete", True),
        ("tariff:read", "tariffs:read", True),
        ("wallet-transaction:write", "wallet-transactions:read", True),
        ("charges:read", "charge-points:read", False),
    ],
)
def test_a_higher_level_includes_the_lower_and_all_every_entity(held, needed, covered):
    assert includes([held], needed) is covered


def test_a_credential_without_scopes_may_do_nothing():
    assert permissions_of([]) == frozenset()


def test_reading_charge_points_does_not_let_anyone_change_them():
    granted = permissions_of(["charge-points:read"])
    assert Permission.CHARGE_POINT_READ in granted
    assert Permission.CHARGE_POINT_UPDATE not in granted


@pytest.mark.parametrize(
    ("scope", "known"),
    [("operators", True), ("deeplink:delete", True), ("all", True), ("nonsense:read", False), ("teams:own", False)],
)
def test_only_scopes_of_the_catalogue_are_accepted(scope, known):
    assert is_known(scope) is known
