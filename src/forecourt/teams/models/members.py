"""People in teams: memberships, the groups that shape them, what they pay each month."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from forecourt.access import OperatorScoped, TeamRole, newest_first
from forecourt.kit.models import PartnerVisible, Stamped
from forecourt.operators.models import Operator
from forecourt.teams.models.restrictions import MemberRights, WalletRestricted
from forecourt.teams.models.teams import Team

ROLES = [(role.value, role.value) for role in TeamRole]


class MemberGroup(OperatorScoped, PartnerVisible, MemberRights, WalletRestricted):
    """
    A profile that members are given (partner API §11.16: team member profile). Of one team, or of the operator for
    all its teams. Its prices are `pricing.MemberGroupPricing`.
    """

    id = models.BigAutoField(primary_key=True)
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="member_groups")
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, db_default="", default="")
    role = models.CharField(max_length=10, choices=ROLES)
    is_default = models.BooleanField(db_default=False, default=False)  # given to who joins by the team's code

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["team", "name"], condition=Q(deleted_at=None), name="member_group_name_once"),
            models.UniqueConstraint(fields=["team"], condition=Q(deleted_at=None, is_default=True), name="one_default_group_per_team"),
            models.CheckConstraint(condition=~Q(role=TeamRole.OWNER), name="member_group_is_not_of_owners"),
        ]
        indexes: ClassVar = newest_first("member_group")

    def __str__(self) -> str:
        return self.name


class TeamMember(OperatorScoped, PartnerVisible, MemberRights, WalletRestricted):
    """One person in one team, or an invitation or join request (spec P2.1, partner API §11.15)."""

    class State(models.TextChoices):
        REQUESTED = "requested"
        INVITED = "invited"
        ACCEPTED = "accepted"
        REJECTED = "rejected"
        EXPIRED = "expired"
        BLOCKED = "blocked"

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, models.PROTECT, related_name="members")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="team_memberships")
    role = models.CharField(max_length=10, choices=ROLES)
    state = models.CharField(max_length=10, choices=State.choices)
    group = models.ForeignKey(MemberGroup, models.PROTECT, null=True, related_name="members")
    is_default_team = models.BooleanField(db_default=False, default=False)  # where the person's own app begins
    has_access_to_all = models.BooleanField(db_default=True, default=True)
    charge_point_ids = ArrayField(models.BigIntegerField(), db_default=[], default=list)  # where access is selected
    note = models.TextField(null=True, blank=True)
    invited_email = models.EmailField(null=True, blank=True)
    invited_phone = models.CharField(max_length=16, null=True, blank=True)
    invitation_hash = models.BinaryField(null=True)
    invited_at = models.DateTimeField(null=True)
    invited_by_id = models.BigIntegerField(null=True)
    expires_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by_id = models.BigIntegerField(null=True)
    rejected_at = models.DateTimeField(null=True)
    rejected_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["team", "person"], condition=Q(deleted_at=None), name="one_membership_per_person_and_team"),
            models.UniqueConstraint(fields=["team"], condition=Q(deleted_at=None, role="owner"), name="one_owner_per_team"),
            models.UniqueConstraint(
                fields=["person"], condition=Q(deleted_at=None, is_default_team=True), name="one_default_team_per_person"
            ),
            models.UniqueConstraint(fields=["invitation_hash"], name="team_invitation_once"),
        ]
        indexes: ClassVar = [
            *newest_first("team_member"),
            models.Index(fields=["person"], name="team_member_person"),
            models.Index(fields=["updated_at", "id"], name="team_member_changes"),
        ]


class MemberFee(OperatorScoped, Stamped):
    """
    What a member pays the team each month, from the personal wallet (spec P2.1). Months are those of the team's zone;
    the money is `billing`'s.
    """

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, models.PROTECT, related_name="member_fees")
    member = models.ForeignKey(TeamMember, models.PROTECT, related_name="fees")
    amount_minor = models.BigIntegerField()  # VAT included
    currency = models.CharField(max_length=3)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)  # the first day that is free again
    agreed_note = models.CharField(max_length=255, blank=True, db_default="", default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="member_fee_is_positive"),
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="member_fee_ends_after_it_starts"),
            models.UniqueConstraint(fields=["member"], condition=Q(ends_on=None), name="one_open_fee_per_member"),
        ]
        indexes: ClassVar = newest_first("member_fee")
