"""Writes of accounts: opening, company information, support, closing, and where a person works."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from forecourt.access import Actor, OperatorRole
from forecourt.identity.models import Person
from forecourt.kit import registries
from forecourt.kit.errors import DomainError, Invalid, NotFound
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation
from forecourt.operators.models import Operator, OperatorMember, Organisation, Workplace
from forecourt.operators.operations.checks import CompanyChecks, country_of
from forecourt.operators.operations.invitations import invite_member
from forecourt.places.models import Currency


class NameTaken(DomainError):
    """Another operator has this identifier."""

    code = "name_taken"


class AccountIsNeeded(DomainError):
    """Something still hangs on the account, so it cannot be closed."""

    code = "account_is_needed"


@operation
def create_operator(
    *,
    actor: Actor,
    name: str,
    country_id: int,
    at: datetime,
    main_account: Operator | None = None,
    company_name: str = "",
    vat_number: str = "",
    contact_email: str = "",
    finance_email: str = "",
    address1: str = "",
    zip_code: str = "",
    city: str = "",
    currency: Currency | None = None,
    is_installation: bool = False,
) -> Operator:
    """
    Open an operator account: a Main account with an organisation of its own, or a Sub-account of `main_account`.

    The time zone is its country's, and so is the currency unless one is given.

    :raises Invalid: for a value that breaks its rule.
    :raises NameTaken: if the name leads to an identifier that is in use.
    """
    checks = CompanyChecks()
    name = checks.text("name", name, limit=120)
    country = country_of(country_id)
    if country is None:
        checks.fail("country", _("Choose a country from the list."))
    vat_number = checks.vat_number_of("vat_number", vat_number, country)
    contact_email = checks.email("contact_email", contact_email, is_required=False)
    finance_email = checks.email("finance_email", finance_email, is_required=False)
    company_name = checks.text("company_name", company_name, limit=200, is_required=False)
    address1 = checks.text("address1", address1, limit=200, is_required=False)
    zip_code = checks.text("zip_code", zip_code, limit=20, is_required=False)
    city = checks.text("city", city, limit=120, is_required=False)
    checks.finish()
    if country is None:
        raise NotFound("There is no such country.")
    organisation = main_account.organisation if main_account else Organisation.objects.create(name=name)
    try:
        with transaction.atomic():
            return Operator.objects.create(
                organisation=organisation,
                is_main=main_account is None,
                is_installation=is_installation,
                name=name,
                identifier=slugify(name)[:60] or f"operator-{organisation.pk}",
                company_name=company_name or name,
                vat_number=vat_number or None,
                contact_email=contact_email,
                finance_email=finance_email,
                address1=address1,
                zip_code=zip_code,
                city=city,
                currency=currency or country.currency,
                country=country,
                time_zone=country.time_zone,
            )
    except IntegrityError as error:
        raise NameTaken(_("There is already an operator with this name.")) from error


@operation
def open_sub_account(
    *, actor: Actor, main_account: Operator, admin_email: str, at: datetime, **fields: Any
) -> tuple[Operator, OperatorMember, str]:
    """
    Open a Sub-account and invite its first Admin; the account, the invitation and its link. `fields` as `create_operator`.

    :raises Invalid: for a value that breaks its rule; for a name that is taken; if `main_account` is a Sub-account itself.
    """
    if not main_account.is_main or main_account.deleted_at:
        raise Invalid(_("Only a Main account has Sub-accounts."))
    checks = Checks()
    email = checks.email("admin_email", admin_email)
    checks.finish()
    try:
        operator = create_operator(actor=actor, main_account=main_account, at=at, **fields)
    except NameTaken as error:
        raise Invalid(error.message, fields={"name": error.message}) from error
    member, link = invite_member(actor=actor, operator=operator, email=email, role=OperatorRole.ADMIN, at=at)
    return operator, member, link


COMPANY = (
    "name", "company_name", "vat_number", "contact_email", "finance_email", "address1", "address2", "zip_code", "city",
    "ean_number", "po_number", "time_zone",
)  # fmt: skip


@operation
def edit_company(*, actor: Actor, operator: Operator, country_id: int, at: datetime, **fields: str) -> Operator:
    """
    Change the company information that invoices are issued from (spec §2.1); `fields` are those of `COMPANY`, all of them.

    The country, and with it the currency, stays once anything hangs on the account; the identifier always.

    :raises Invalid: for a value that breaks its rule.
    """
    operator = locked(operator)
    checks = CompanyChecks()
    country = country_of(country_id)
    values = checks.company({name: fields[name] for name in COMPANY}, country)
    if country is None or (country.pk != operator.country_id and objection_to_closing(operator)):
        checks.fail("country", _("The country stays: its currency is in use.") if country else _("Choose a country from the list."))
    checks.finish()
    for name, value in values.items():
        setattr(operator, name, value)
    if country and country.pk != operator.country_id:
        operator.country, operator.currency, operator.time_zone = country, country.currency, country.time_zone
    operator.save(update_fields=[*values, "country", "currency", "time_zone"])
    return operator


def objection_to_closing(operator: Operator) -> str:
    """What still hangs on the account, for a person to read; empty where nothing does."""
    objections = (object_(operator) for label, object_ in registries.deletion_objections if label == "operator")
    return next((message for message in objections if message), "")


@operation
def edit_support(
    *, actor: Actor, operator: Operator, email: str, phone: str, url: str, hours: str, is_first_line: bool, at: datetime
) -> Operator:
    """
    Whom the account's teams turn to (spec §2.4).

    :raises Invalid: for a value that breaks its rule; for first-line support without an e-mail address or a phone number.
    """
    operator = locked(operator)
    checks = CompanyChecks()
    operator.support_email = checks.email("email", email, is_required=False)
    operator.support_phone = checks.phone("phone", phone, is_required=False)
    operator.support_url = checks.web_address("url", url)
    operator.support_hours = checks.text("hours", hours, limit=120, is_required=False)
    operator.is_first_line = is_first_line
    if is_first_line and not (operator.support_email or operator.support_phone):
        checks.fail("email", _("Teams need an e-mail address or a phone number to turn to."))
    checks.finish()
    operator.save(update_fields=["support_email", "support_phone", "support_url", "support_hours", "is_first_line"])
    return operator


@operation
def close_account(*, actor: Actor, operator: Operator, at: datetime) -> Operator:
    """
    Close a Sub-account on which nothing hangs any more. Its people keep nothing there; open invitations end.

    :raises AccountIsNeeded: for a Main account, and if a domain above objects: teams, money.
    """
    operator = locked(operator)
    if operator.is_main:
        raise AccountIsNeeded(_("A Main account is closed by the platform."))
    if operator.deleted_at:
        return operator
    if objection := objection_to_closing(operator):
        raise AccountIsNeeded(objection)
    OperatorMember.objects.filter(operator=operator, state=OperatorMember.State.INVITED).update(
        state=OperatorMember.State.EXPIRED, invitation_hash=None
    )
    operator.deleted_at = at
    operator.save(update_fields=["deleted_at"])
    return operator


@operation
def choose_account(*, actor: Actor, person: Person, operator_id: int | None, at: datetime) -> Workplace:
    """Remember where the person works next time; None is their own teams. The door has asked whether they may."""
    workplace, _made = Workplace.objects.update_or_create(person=person, defaults={"operator_id": operator_id, "chosen_at": at})
    return workplace
