"""Operators, a user for each role in each, teams of every type with their members."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from forecourt.access import Actor, OperatorRole, PlatformRole, TeamRole
from forecourt.identity import operations as identity
from forecourt.identity.models import Person
from forecourt.operators import operations as operators
from forecourt.operators.models import Operator, OperatorMember
from forecourt.places.models import Country
from forecourt.teams import operations as teams
from forecourt.teams.models import Team
from forecourt.teams.operations.fleet import grant_fleet

PASSWORD = "demo-password"  # noqa: S105 (the demo prints it)
DEMO = Actor.system("demo")
FIRST = [
    "Anna",
    "Bo",
    "Camilla",
    "David",
    "Emma",
    "Frederik",
    "Gerda",
    "Henrik",
    "Ida",
    "Jonas",
    "Karla",
    "Lars",
    "Maja",
    "Nikolaj",
    "Olivia",
    "Peter",
    "Rikke",
    "Søren",
    "Tilde",
    "Ulrik",
    "Vera",
    "William",
    "Yrsa",
    "Åse",
    "Ella",
    "Oskar",
    "Freja",
    "Noah",
    "Alma",
    "Emil",
]
LAST = [
    "Andersen",
    "Berg",
    "Christensen",
    "Dahl",
    "Eriksen",
    "Friis",
    "Holm",
    "Iversen",
    "Jensen",
    "Koch",
    "Lund",
    "Madsen",
    "Nielsen",
    "Olsen",
    "Poulsen",
    "Rasmussen",
    "Schmidt",
    "Thomsen",
    "Vinther",
    "Wagner",
]


@dataclass(slots=True)
class People:
    """What the later steps build on."""

    platform: Operator
    operators: dict[str, Operator] = field(default_factory=dict)
    users: list[dict[str, str | None]] = field(default_factory=list)
    teams: dict[str, list[Team]] = field(default_factory=dict)  # by operator identifier
    drivers: dict[int, list[Person]] = field(default_factory=dict)  # by team

    def teams_of_others(self, team: Team) -> list[Team]:
        """The teams of the same operator besides this one."""
        return [other for others in self.teams.values() if team in others for other in others if other != team]


OPERATORS = (
    # identifier is the slug of the name; prefix of its users' addresses
    ("Nordlys Charging", "DK", None, "nordlys", "DK12345674"),
    ("Nordlys Sverige", "SE", "Nordlys Charging", "nordlys-se", ""),
    ("Nordlys Deutschland", "DE", "Nordlys Charging", "nordlys-de", ""),
    ("Havn Energi", "DK", None, "havn", ""),
)
TEAM_NAMES = {
    "Nordlys Charging": (
        ("Nordlys Byladere", "operator"), ("Ejerforeningen Havneholmen", "professional"), ("Hotel Kattegat", "professional"),
        ("Aarhus Kommune", "professional"), ("Familien Holm", "private"), ("Fjordbus Flåde", "fleet"),
    ),
    "Nordlys Sverige": (("Nordlys Stadsladdare", "operator"), ("Bostadsrättsföreningen Skeppet", "professional"), ("Lundströms Bageri", "professional")),
    "Nordlys Deutschland": (("Nordlys Stadtlader", "operator"), ("Hansa Wohnen", "professional")),
    "Havn Energi": (("Havn Ladeparker", "operator"), ("Marina Syd", "professional"), ("Familien Friis", "private")),
}  # fmt: skip


def make_people(seed: random.Random, *, at: datetime) -> People:
    """Everybody, by the same operations that people use. `at` is when the network began."""
    denmark = Country.objects.get(alpha2="DK")
    platform = operators.create_operator(
        actor=DEMO, name="Forecourt Demo ApS", country_id=denmark.pk, contact_email="platform@demo.example", is_installation=True, at=at
    )
    people = People(platform)
    root = _person("platform", "Pia", "Platform", at=at)
    identity.set_platform_role(actor=DEMO, person=root, role=PlatformRole.ADMINISTRATOR, at=at)
    people.users.append(_user(root, "platform administrator", platform))
    _give_role(platform, root, OperatorRole.ADMIN, at=at)
    for name, alpha2, main, prefix, vat_number in OPERATORS:
        operator = operators.create_operator(
            actor=DEMO, name=name, country_id=Country.objects.get(alpha2=alpha2).pk, vat_number=vat_number, at=at,
            main_account=people.operators[main] if main else None, contact_email=f"hello@{prefix}.example",
            finance_email=f"finance@{prefix}.example",
        )  # fmt: skip
        people.operators[name] = operator
        _furnish(operator, at=at)
        _make_users(people, operator, prefix, at=at)
        if any(kind == Team.Type.FLEET for _name, kind in TEAM_NAMES[name]):
            grant_fleet(actor=DEMO, operator=operator, at=at)
        people.teams[name] = [_make_team(people, operator, team, kind, seed, at=at) for team, kind in TEAM_NAMES[name]]
    return people


COMPANY = {
    "nordlys-charging": ("Nordlys Charging A/S", "DK12345674", "Havnegade 12", "8000", "Aarhus C", "5790000123452"),
    "nordlys-sverige": ("Nordlys Sverige AB", "SE556036079301", "Kungsgatan 8", "111 43", "Stockholm", ""),
    "nordlys-deutschland": ("Nordlys Deutschland GmbH", "DE136695976", "Speicherstraße 3", "20457", "Hamburg", ""),
    "havn-energi": ("Havn Energi A/S", "DK10150817", "Kajen 4", "5000", "Odense C", ""),
}
FIRST_LINE = {"nordlys-charging": ("support@nordlys.example", "+4570203040"), "havn-energi": ("hjaelp@havn.example", "+4565402010")}
THEMES = {"nordlys-charging": ("Nordlys", "#3b3fb6", "#191b55", "#ffc94d")}


def _furnish(operator: Operator, *, at: datetime) -> None:
    """Company information, support and a theme, as people would set them."""
    company_name, vat_number, street, zip_code, city, ean = COMPANY[operator.identifier]
    operators.edit_company(
        actor=DEMO, operator=operator, country_id=operator.country_id or 0, at=at, name=operator.name, company_name=company_name,
        vat_number=vat_number, contact_email=operator.contact_email, finance_email=operator.finance_email, address1=street, address2="",
        zip_code=zip_code, city=city, ean_number=ean, po_number="", time_zone=operator.time_zone,
    )  # fmt: skip
    if operator.identifier in FIRST_LINE:
        email, phone = FIRST_LINE[operator.identifier]
        operators.edit_support(
            actor=DEMO, operator=operator, email=email, phone=phone, url="", hours="Man–fre 8–16", is_first_line=True, at=at
        )
    if operator.identifier in THEMES:
        name, primary, secondary, accent = THEMES[operator.identifier]
        operators.create_theme(
            actor=DEMO, operator=operator, name=name, primary=primary, secondary=secondary, accent=accent, is_default=True, at=at
        )


def _make_users(people: People, operator: Operator, prefix: str, *, at: datetime) -> None:
    for role in OperatorRole:
        address = f"{role.value.replace('_', '-')}.{prefix}"
        person = _person(address, str(role.label), operator.name.split()[-1], at=at)
        _give_role(operator, person, role, at=at)
        people.users.append(_user(person, role.value, operator))


def _make_team(people: People, operator: Operator, name: str, type: str, seed: random.Random, *, at: datetime) -> Team:
    slug = operator.identifier + "." + "-".join(name.lower().encode("ascii", "ignore").decode().split())
    owner = _person(f"owner.{slug}", seed.choice(FIRST), seed.choice(LAST), at=at)
    team = teams.create_team(actor=DEMO, operator=operator, type=type, name=name, contact_email=owner.email or "", owner=owner, at=at)
    if type in ("private", "professional"):
        people.users.append(_user(owner, "team owner", operator))
    people.drivers[team.pk] = [owner]
    for number in range({"private": 1, "fleet": 12, "operator": 8}.get(type, 6)):
        driver = _person(f"driver{number + 1}.{slug}", seed.choice(FIRST), seed.choice(LAST), at=at)
        role = TeamRole.ADMIN if number == 0 and type == "professional" else TeamRole.MEMBER
        teams.add_member(actor=DEMO, team=team, person=driver, role=role, can_pay_with_team_wallet=True, at=at + timedelta(days=number))
        people.drivers[team.pk].append(driver)
    return team


def _person(address: str, first_name: str, last_name: str, *, at: datetime) -> Person:
    person = teams.welcome_person(actor=DEMO, email=f"{address}@demo.example", first_name=first_name, last_name=last_name, at=at)
    person.password = _hash()
    person.email_verified_at = at
    person.save(update_fields=["password", "email_verified_at"])
    return person


def _hash(kept: list[str] = []) -> str:  # noqa: B006 (made once: a slow hash for every one of a hundred people would take a minute)
    from django.contrib.auth.hashers import make_password

    if not kept:
        kept.append(make_password(PASSWORD))
    return kept[0]


def _give_role(operator: Operator, person: Person, role: OperatorRole, *, at: datetime) -> None:
    OperatorMember.objects.create(
        organisation_id=operator.organisation_id, operator=operator, person=person, role=role,
        state=OperatorMember.State.ACCEPTED, accepted_at=at,
    )  # fmt: skip


def _user(person: Person, role: str, operator: Operator) -> dict[str, str | None]:
    return {"email": person.email, "password": PASSWORD, "role": role, "operator": operator.name}
