"""Organisations, operators, and who works for them."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from forecourt.access import OperatorRole, ScopedManager, newest_first
from forecourt.kit.models import PartnerVisible, Stamped
from forecourt.places.models import Address, Currency


class Organisation(models.Model):
    """What a Main account and its Sub-accounts have in common. Its id is on every tenant-owned row."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=120)


class Operator(PartnerVisible, Address):
    """
    A charge point operator: an account of the portal (spec §2, §4).

    `currency` is that of its wallet and never changes once used; months of its invoices are counted in `time_zone`.
    """

    SIDES: ClassVar = {"owner": {"organisation_id": "organisation_id", "operator_id": "id"}}

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="operators")
    is_main = models.BooleanField()
    is_installation = models.BooleanField(db_default=False, default=False)
    name = models.CharField(max_length=120)
    identifier = models.SlugField(max_length=60, unique=True)
    company_name = models.CharField(max_length=200, blank=True, db_default="", default="")
    vat_number = models.CharField(max_length=30, null=True, blank=True)
    contact_email = models.EmailField(blank=True, db_default="", default="")
    finance_email = models.EmailField(blank=True, db_default="", default="")
    ean_number = models.CharField(max_length=13, null=True, blank=True)
    po_number = models.CharField(max_length=60, null=True, blank=True)
    currency = models.ForeignKey(Currency, models.PROTECT, related_name="+")
    time_zone = models.CharField(max_length=40)
    support_email = models.EmailField(blank=True, db_default="", default="")
    support_phone = models.CharField(max_length=16, blank=True, db_default="", default="")  # E.164
    support_url = models.URLField(blank=True, db_default="", default="")
    support_hours = models.CharField(max_length=120, blank=True, db_default="", default="")
    requires_second_factor = models.BooleanField(
        db_default=False, default=False
    )  # of its people; a Main account's: of all Sub-accounts' too
    is_first_line = models.BooleanField(db_default=False, default=False)  # its teams turn to the operator first
    theme = models.ForeignKey("operators.Theme", models.PROTECT, null=True, related_name="+")  # null: the default one

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation"], condition=Q(is_main=True), name="one_main_account_per_organisation"),
            models.UniqueConstraint(fields=["is_installation"], condition=Q(is_installation=True), name="one_installation"),
        ]

    def __str__(self) -> str:
        return self.name


class OperatorMember(Stamped):
    """A person's one role in an operator account; or an invitation that nobody has accepted yet (spec §2.3)."""

    class State(models.TextChoices):
        INVITED = "invited"
        ACCEPTED = "accepted"
        REJECTED = "rejected"
        EXPIRED = "expired"
        BLOCKED = "blocked"

    id = models.BigAutoField(primary_key=True)
    organisation_id = models.BigIntegerField(editable=False)
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="members")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="operator_memberships")
    role = models.CharField(max_length=20, choices=[(role.value, role.label) for role in OperatorRole])
    state = models.CharField(max_length=10, choices=State.choices)
    invited_email = models.EmailField(null=True, blank=True)
    invited_phone = models.CharField(max_length=16, null=True, blank=True)
    invitation_hash = models.BinaryField(null=True)  # keyed hash of the link's token
    invited_at = models.DateTimeField(null=True)
    invited_by_id = models.BigIntegerField(null=True)
    expires_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    rejected_at = models.DateTimeField(null=True)
    blocked_at = models.DateTimeField(null=True)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["operator", "person"], name="one_role_per_person_and_operator"),
            models.UniqueConstraint(fields=["invitation_hash"], name="operator_invitation_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["person"], name="operator_member_person"),
            models.Index(fields=["expires_at"], condition=Q(state="invited"), name="operator_invitation_expiring"),
        ]


_COLOUR = r"^#[0-9a-f]{6}$"


class Theme(Stamped):
    """
    How the portal, letters and documents look (spec §2.4). One of the Main account may be used by its Sub-accounts, which
    cannot change it. `logo_id`, `logo_dark_id` and `icon_id` are of `files`; colours are `#rrggbb`.
    """

    id = models.BigAutoField(primary_key=True)
    organisation_id = models.BigIntegerField(editable=False)
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="themes")
    name = models.CharField(max_length=60)
    logo_id = models.BigIntegerField(null=True)
    logo_dark_id = models.BigIntegerField(null=True)
    icon_id = models.BigIntegerField(null=True)
    primary = models.CharField(max_length=7)
    secondary = models.CharField(max_length=7)
    accent = models.CharField(max_length=7)
    support_email = models.EmailField(blank=True, db_default="", default="")
    support_phone = models.CharField(max_length=16, blank=True, db_default="", default="")
    terms_url = models.URLField(blank=True, db_default="", default="")
    is_default = models.BooleanField(db_default=False, default=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["operator", "name"], condition=Q(deleted_at=None), name="theme_name_once"),
            models.UniqueConstraint(fields=["operator"], condition=Q(is_default=True, deleted_at=None), name="one_default_theme"),
            models.CheckConstraint(
                condition=Q(primary__regex=_COLOUR, secondary__regex=_COLOUR, accent__regex=_COLOUR), name="theme_colours_are_hex"
            ),
        ]
        indexes: ClassVar = newest_first("theme", columns=("organisation_id", "operator_id"))

    def __str__(self) -> str:
        return self.name


class Workplace(models.Model):
    """The account in which a person last worked; `operator` null: their own teams. It outlives the session."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="workplace")
    operator = models.ForeignKey(Operator, models.CASCADE, null=True, related_name="+")
    chosen_at = models.DateTimeField(db_default=Now())
