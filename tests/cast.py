"""The named people and places of every test: two strangers, a Sub-account, four roles, and somebody with two roles in two teams."""

from dataclasses import dataclass

from django.test import Client

from forecourt.access import Actor, OperatorRole, PlatformRole, TeamRole
from forecourt.identity.models import Person
from forecourt.identity.tests.factories import make_person
from forecourt.operators.models import Operator
from forecourt.operators.tests.factories import make_installation, make_member, make_operator, make_sub_account
from forecourt.teams.models import Team
from forecourt.teams.queries import actor_of
from forecourt.teams.tests.factories import make_personal_team, make_team, make_team_member


@dataclass(frozen=True, slots=True)
class Cast:
    """Northwind (Main) with its Sub-account Southwind; Eastgate, a stranger; and the installation."""

    platform: Operator
    northwind: Operator
    southwind: Operator
    eastgate: Operator
    harbour: Team  # Northwind's; Tom is its admin
    hotel: Team  # Northwind's; Tom is a plain member
    depot: Team  # Northwind's own operator team
    garden: Team  # Southwind's
    gate: Team  # Eastgate's
    ada: Person  # Admin of Northwind
    oscar: Person  # Operations manager of Northwind
    bea: Person  # Bookkeeper of Northwind
    sven: Person  # Support agent of Northwind
    sue: Person  # Admin of Southwind
    tom: Person  # admin of Harbour, member of Hotel
    dora: Person  # a driver, member of Harbour, may pay with its wallet
    eve: Person  # Admin of Eastgate
    root: Person  # platform administrator, no operator

    def actor(self, name: str) -> Actor:
        return actor_of(getattr(self, name))

    def client(self, name: str | None) -> Client:
        """A browser in which this person is signed in; None is nobody."""
        client = Client()
        if name:
            client.force_login(getattr(self, name))
        return client


def assemble() -> Cast:
    platform = make_installation()
    northwind, eastgate = make_operator("Northwind"), make_operator("Eastgate")
    southwind = make_sub_account("Southwind", of=northwind)
    tom, dora = make_person("Tom"), make_person("Dora")
    harbour, hotel = make_team("Harbour", northwind, owner=make_person("Hanna")), make_team("Hotel", northwind, owner=make_person("Holger"))
    make_team_member(tom, harbour, TeamRole.ADMIN, can_manage_team_wallet=True, can_configure_charge_points=True)
    make_team_member(tom, hotel, TeamRole.MEMBER)
    make_team_member(dora, harbour, TeamRole.MEMBER, can_pay_with_team_wallet=True)
    make_personal_team(dora)
    return Cast(
        platform=platform,
        northwind=northwind,
        southwind=southwind,
        eastgate=eastgate,
        harbour=harbour,
        hotel=hotel,
        depot=make_team("Depot", northwind, type=Team.Type.OPERATOR),
        garden=make_team("Garden", southwind),
        gate=make_team("Gate", eastgate),
        ada=make_member("Ada", OperatorRole.ADMIN, northwind),
        oscar=make_member("Oscar", OperatorRole.OPERATIONS_MANAGER, northwind),
        bea=make_member("Bea", OperatorRole.BOOKKEEPER, northwind),
        sven=make_member("Sven", OperatorRole.SUPPORT_AGENT, northwind),
        sue=make_member("Sue", OperatorRole.ADMIN, southwind),
        tom=tom,
        dora=dora,
        eve=make_member("Eve", OperatorRole.ADMIN, eastgate),
        root=make_person("Root", platform_role=PlatformRole.ADMINISTRATOR),
    )
