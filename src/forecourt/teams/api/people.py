"""
Users (partner API §11.20).

Whom a credential may see follows from memberships, so the endpoints stand here and not with `identity`.
"""

from typing import Any

from django.conf import settings
from ninja import Query, Router

from forecourt.access import Permission, Scope
from forecourt.api.endpoint import ApiRequest, endpoint
from forecourt.api.paging import PageQuery, page_of
from forecourt.api.rows import Listing, Where
from forecourt.api.shapes import AddressOut, Id, In, Moment, Out, Page, address, address_sql
from forecourt.kit import clock
from forecourt.kit.errors import Invalid
from forecourt.places.models import Country
from forecourt.teams import operations

router = Router(tags=["Users"])
EVERYWHERE = Scope(is_everywhere=True)
PLAIN = (
    "id", "first_name", "last_name", "email", "phone", "language", "created_at", "updated_at", "deleted_at", "email_verified_at",
    "phone_verified_at", "legal_email", "tax_identification_number", "vat_number", "recipient_code", "terms_read_at",
    "marketing_emails_accepted_at",
)  # fmt: skip
# The team that somebody chose to begin in; without one their personal team.
DEFAULT_TEAM = (
    "coalesce((SELECT m.team_id FROM teams_teammember m WHERE m.person_id = r.id AND m.is_default_team AND m.deleted_at IS NULL LIMIT 1),"
    " (SELECT t.id FROM teams_team t WHERE t.owner_id = r.id AND t.type = 'personal' LIMIT 1))"
)
PICTURE = "(SELECT '/files/' || f.id || '/' || f.key FROM files_storedfile f WHERE f.id = r.picture_id)"
COLUMNS = {name: f"r.{name}" for name in PLAIN} | {"default_team_id": DEFAULT_TEAM, "picture": PICTURE} | address_sql("r")
PEOPLE = Listing("identity_person", COLUMNS)
MEMBERSHIPS = "SELECT m.person_id FROM teams_teammember m WHERE m.{0} = %s AND m.deleted_at IS NULL AND m.person_id IS NOT NULL"
STAFF = "SELECT m.person_id FROM operators_operatormember m WHERE m.{0} = %s AND m.person_id IS NOT NULL"


class UserOut(Out):
    id: int
    first_name: str | None
    last_name: str | None
    email: str | None
    legal_email: str | None
    phone: str | None
    profile_image_url: str | None
    address: AddressOut | None
    language: str | None
    terms_read_at: Moment | None
    tax_identification_number: str | None
    vat_number: str | None
    recipient_code: str | None
    created_at: Moment | None
    updated_at: Moment | None
    deleted_at: Moment | None
    email_verified_at: Moment | None
    phone_verified_at: Moment | None
    marketing_emails_accepted_at: Moment | None
    default_team_id: int | None


class UserQuery(PageQuery):
    email: str | None = None
    phone: str | None = None
    include_deleted: bool = False


class UserIn(In):
    email: str
    country_id: Id


def user_json(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "firstName": row.first_name,
        "lastName": row.last_name,
        "email": row.email,
        "legalEmail": row.legal_email,
        "phone": row.phone,
        "profileImageUrl": f"{settings.PUBLIC_URL}{row.picture}" if row.picture else None,
        "address": address(row),
        "language": row.language,
        "termsReadAt": row.terms_read_at,
        "taxIdentificationNumber": row.tax_identification_number,
        "vatNumber": row.vat_number,
        "recipientCode": row.recipient_code,
        "createdAt": row.created_at,
        "updatedAt": row.updated_at,
        "deletedAt": row.deleted_at,
        "emailVerifiedAt": row.email_verified_at,
        "phoneVerifiedAt": row.phone_verified_at,
        "marketingEmailsAcceptedAt": row.marketing_emails_accepted_at,
        "defaultTeamId": row.default_team_id,
    }


def visible(scope: Scope) -> Where:
    """People who belong to a team or work for an operator in the scope."""
    parts, params = ["SELECT NULL::bigint WHERE false"], []
    for column, id in scope.equalities():
        parts.append(MEMBERSHIPS.format(column))
        params.append(id)
        if column != "team_id":
            parts.append(STAFF.format(column))
            params.append(id)
    return Where().add(f"r.id IN ({' UNION '.join(parts)})", *params)


@endpoint(router, "GET", "/users", "get-users", returns=Page[UserOut], scope="users:read")
def get_users(request: ApiRequest, query: Query[UserQuery]) -> dict[str, Any]:
    """List the people of the operator and of its teams."""
    where = visible(request.actor.scope(Permission.PERSON_READ)).equals("phone", query.phone).living(query.include_deleted)
    if query.email is not None:
        where.add("lower(r.email) = %s", query.email.lower())
    return page_of(PEOPLE, user_json, EVERYWHERE, where, query)


@endpoint(router, "POST", "/users", "create-user", returns=UserOut, status=201, scope="users:write")
def post_user(request: ApiRequest, body: UserIn) -> dict[str, Any]:
    """Create a user with a personal team."""
    if not Country.objects.filter(pk=body.country_id, is_sanctioned=False).exists():
        raise Invalid("There is no such country.", fields={"countryId": "Choose a country from the list."})
    person = operations.welcome_person(
        actor=request.actor, email=body.email, country_id=body.country_id, introduced_by_id=request.actor.operator_id, at=clock.now()
    )
    return user_json(PEOPLE.one(EVERYWHERE, person.pk))


@endpoint(router, "GET", "/users/{int:user_id}", "get-user", returns=UserOut, scope="users:read")
def get_user(request: ApiRequest, user_id: Id) -> dict[str, Any]:
    """Get one user."""
    return user_json(PEOPLE.one(EVERYWHERE, user_id, where=visible(request.actor.scope(Permission.PERSON_READ))))
