"""Who signs in how: linked identities, their sessions, sign-ins under way, and roles that groups bring."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from forecourt.access import OperatorRole, OperatorScoped
from forecourt.kit.models import Stamped
from forecourt.operators.models import Operator, OperatorMember
from forecourt.sso.models.providers import IdentityProvider


class ExternalIdentity(OperatorScoped):
    """A person, as a provider knows them: `subject` is its unchanging name for them. The address is only what it said last."""

    id = models.BigAutoField(primary_key=True)
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+")
    provider = models.ForeignKey(IdentityProvider, models.PROTECT, related_name="identities")
    subject = models.CharField(max_length=255)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="external_identities")
    email = models.EmailField()
    linked_at = models.DateTimeField()
    last_sign_in_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "subject"], name="external_identity_once"),
            models.UniqueConstraint(fields=["provider", "person"], name="one_identity_per_person_and_provider"),
        ]


class SsoSession(models.Model):
    """A browser that a provider signed in. `id_token` (encrypted) tells the provider at sign-out whose session ends."""

    id = models.BigAutoField(primary_key=True)
    identity = models.ForeignKey(ExternalIdentity, models.CASCADE, related_name="sessions")
    sid = models.CharField(max_length=255, default="", db_default="")  # the provider's session; not every one names it
    session_key = models.CharField(max_length=40, unique=True)
    id_token = models.BinaryField()
    created_at = models.DateTimeField()


class SsoAttempt(models.Model):
    """A sign-in under way: ten minutes, once, in the browser that began it."""

    class Kind(models.TextChoices):
        SIGN_IN = "sign_in"
        TEST = "test"  # by an Admin, before the provider is switched on

    id = models.BigAutoField(primary_key=True)
    provider = models.ForeignKey(IdentityProvider, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    state_hash = models.BinaryField(unique=True)
    browser_hash = models.BinaryField()
    nonce = models.CharField(max_length=64)
    verifier = models.BinaryField()  # of PKCE; encrypted
    next_url = models.CharField(max_length=500, default="", db_default="")
    expires_at = models.DateTimeField(db_index=True)


class LogoutToken(models.Model):
    """A back-channel logout that was obeyed: the same token does nothing again."""

    id = models.BigAutoField(primary_key=True)
    provider = models.ForeignKey(IdentityProvider, models.CASCADE, related_name="+")
    jti = models.CharField(max_length=255)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["provider", "jti"], name="logout_token_once")]


class GroupRole(OperatorScoped, Stamped):
    """Who is in the group (its name or id, as the provider or the directory says it) has the role in the account."""

    id = models.BigAutoField(primary_key=True)
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+")  # the account that the role is in
    group = models.CharField(max_length=255)
    role = models.CharField(max_length=20, choices=[(role.value, role.label) for role in OperatorRole])

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["operator", "group"], name="one_role_per_group_and_account")]


class MappedMember(models.Model):
    """
    Marks a membership that a group brought, so that the group can take it back. A role that somebody gave by hand has no mark;
    one that somebody changed by hand differs from `role` and is left alone from then on.
    """

    member = models.OneToOneField(OperatorMember, models.CASCADE, primary_key=True, related_name="+")
    source = models.CharField(max_length=60)  # "oidc:7", "scim:3"
    role = models.CharField(max_length=20)
