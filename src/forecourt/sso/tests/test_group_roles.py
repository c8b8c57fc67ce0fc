"""Roles that groups bring."""

from datetime import UTC, datetime

import pytest

from forecourt.access import Actor, OperatorRole
from forecourt.identity.tests.factories import make_person
from forecourt.operators.models import OperatorMember
from forecourt.sso.operations import group_roles

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
SYSTEM = Actor.system("test")


@pytest.fixture
def groups(cast):
    """Engineers run operations at Northwind; auditors support Southwind."""
    for account, group, role in (
        (cast.northwind, "engineers", OperatorRole.OPERATIONS_MANAGER),
        (cast.northwind, "staff", OperatorRole.SUPPORT_AGENT),
        (cast.southwind, "auditors", OperatorRole.SUPPORT_AGENT),
    ):
        group_roles.map_group(actor=SYSTEM, account=account, group=group, role=role, at=AT)
    return cast


def roles_of(person):
    rows = OperatorMember.objects.filter(person=person).values_list("operator__name", "role")
    return dict(rows)


def apply(cast, person, *given, source="oidc:1"):
    group_roles.apply(person_id=person.pk, organisation_id=cast.northwind.organisation_id, groups=given, source=source, at=AT)
    return roles_of(person)


def test_groups_bring_the_strongest_role_and_take_it_back(groups):
    person = make_person("Nils")
    assert apply(groups, person, "staff", "engineers", "auditors") == {"Northwind": "operations_manager", "Southwind": "support_agent"}
    assert apply(groups, person, "staff") == {"Northwind": "support_agent"}
    assert apply(groups, person, "strangers") == {}


def test_another_source_takes_nothing_back(groups):
    person = make_person("Nils")
    apply(groups, person, "staff")
    assert apply(groups, person, source="scim:1") == {"Northwind": "support_agent"}


def test_a_role_given_by_hand_stands(groups):
    assert apply(groups, groups.bea, "engineers")["Northwind"] == "bookkeeper"
    person = make_person("Nils")
    apply(groups, person, "staff")
    OperatorMember.objects.filter(person=person).update(role=OperatorRole.BOOKKEEPER)
    assert apply(groups, person) == {"Northwind": "bookkeeper"}


def test_a_blocked_person_is_not_let_in_by_a_group(groups):
    OperatorMember.objects.filter(person=groups.sven).update(state=OperatorMember.State.BLOCKED)
    apply(groups, groups.sven, "engineers")
    assert OperatorMember.objects.get(person=groups.sven).state == OperatorMember.State.BLOCKED


def test_the_last_admin_stays(groups):
    account = groups.eastgate
    group_roles.map_group(actor=SYSTEM, account=account, group="boss", role=OperatorRole.ADMIN, at=AT)
    person = make_person("Nils")
    organisation = account.organisation_id
    group_roles.apply(person_id=person.pk, organisation_id=organisation, groups=["boss"], source="oidc:1", at=AT)
    OperatorMember.objects.filter(operator=account).exclude(person=person).delete()
    group_roles.apply(person_id=person.pk, organisation_id=organisation, groups=[], source="oidc:1", at=AT)
    assert roles_of(person) == {"Eastgate": "admin"}


def test_a_group_is_mapped_once_in_an_account(groups):
    with pytest.raises(group_roles.GroupIsMapped):
        group_roles.map_group(actor=SYSTEM, account=groups.northwind, group="staff", role=OperatorRole.ADMIN, at=AT)
