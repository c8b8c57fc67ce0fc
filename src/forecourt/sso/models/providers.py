"""What an organisation sets up: domains, providers, and who may get in when a provider is down. `operator` is the Main account."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from forecourt.access import OperatorScoped, newest_first
from forecourt.kit.models import Stamped
from forecourt.operators.models import Operator


class IdentityProvider(OperatorScoped, Stamped):
    """
    An OpenID provider. `metadata` is its discovery document, `keys` its public keys (JWKS); both are fetched, never typed.

    It signs nobody in before `is_active`, which needs a test sign-in with the values as they are (`tested_at`).
    """

    class Kind(models.TextChoices):
        MICROSOFT = "microsoft", "Microsoft Entra ID"
        GOOGLE = "google", "Google Workspace"
        AUTH0 = "auth0", "Auth0"
        OKTA = "okta", "Okta"
        GENERIC = "generic", "OpenID Connect"

    id = models.BigAutoField(primary_key=True)
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    issuer = models.CharField(max_length=255)
    tenant_id = models.CharField(max_length=64, default="", db_default="")  # Microsoft only
    client_id = models.CharField(max_length=255)
    client_secret = models.BinaryField()  # encrypted
    slug = models.SlugField(max_length=70, unique=True)  # in the redirect address
    groups_claim = models.CharField(max_length=80, default="groups", db_default="groups")
    password_also = models.BooleanField(default=False, db_default=False)
    creates_people = models.BooleanField(default=True, db_default=True)
    asks_second_factor = models.BooleanField(default=False, db_default=False)  # of everybody, whether its tokens say so or not
    is_active = models.BooleanField(default=False, db_default=False)
    tested_at = models.DateTimeField(null=True)
    metadata = models.JSONField(default=dict)
    metadata_at = models.DateTimeField(null=True)
    keys = models.JSONField(default=dict)
    keys_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(is_active=False) | Q(tested_at__isnull=False), name="active_provider_was_tested"),
            models.CheckConstraint(condition=Q(is_active=False) | Q(deleted_at=None), name="removed_provider_is_off"),
        ]
        indexes: ClassVar = newest_first("identity_provider", columns=("organisation_id",))

    def __str__(self) -> str:
        return self.name


class EmailDomain(OperatorScoped, Stamped):
    """
    A domain of e-mail addresses, proved by the TXT record `_forecourt.<domain>`. In lower case and ASCII (IDNA).

    Many may claim a domain, one organisation can prove it. `missing_since`: when the record of a proved one was first not found.
    """

    id = models.BigAutoField(primary_key=True)
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+")
    provider = models.ForeignKey(IdentityProvider, models.PROTECT, null=True, related_name="domains")
    domain = models.CharField(max_length=253)
    txt_token = models.CharField(max_length=40)
    verified_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    missing_since = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, default="", db_default="")
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["operator", "domain"], condition=Q(deleted_at=None), name="domain_once_per_organisation"),
            models.UniqueConstraint(
                Lower("domain"), condition=Q(verified_at__isnull=False, deleted_at=None), name="domain_proved_by_one_organisation"
            ),
            models.CheckConstraint(condition=Q(domain=Lower(F("domain"))), name="domain_in_lower_case"),
        ]
        indexes: ClassVar = newest_first("email_domain", columns=("organisation_id",))

    def __str__(self) -> str:
        return self.domain


class BreakGlass(OperatorScoped):
    """An Admin who may always sign in with a password: the way in when the provider is down."""

    id = models.BigAutoField(primary_key=True)
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["operator", "person"], name="break_glass_once")]
