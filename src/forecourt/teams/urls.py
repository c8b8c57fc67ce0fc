from django.urls import path

from forecourt.teams import invitations, signing_up
from forecourt.teams.pages import members, roles, teams

urlpatterns = [
    path("accounts/signup/", signing_up.sign_up, name="account_signup"),
    path("accounts/signup/code/", signing_up.sign_up_code, name="account_signup_code"),
    path("invitations/<str:token>", invitations.invitation, name="operator-invitation"),
    path("teams/", teams.team_list, name="teams"),
    path("teams/new", teams.team_new, name="team-new"),
    path("teams/<int:team_id>", teams.team_detail, name="team-detail"),
    path("teams/<int:team_id>/edit", teams.team_edit, name="team-edit"),
    path("teams/<int:team_id>/freeze", teams.team_freeze, name="team-freeze"),
    path("teams/<int:team_id>/unfreeze", teams.team_unfreeze, name="team-unfreeze"),
    path("teams/<int:team_id>/delete", teams.team_delete, name="team-delete"),
    path("teams/<int:team_id>/members", members.member_list, name="team-members"),
    path("teams/<int:team_id>/members/new", members.member_new, name="team-member-new"),
    path("teams/<int:team_id>/members/<int:member_id>", members.member_edit, name="team-member-edit"),
    path("teams/<int:team_id>/members/<int:member_id>/resend", members.member_resend, name="team-member-resend"),
    path("teams/<int:team_id>/members/<int:member_id>/owner", members.member_owner, name="team-member-owner"),
    path("teams/<int:team_id>/members/<int:member_id>/remove", members.member_remove, name="team-member-remove"),
    path("roles", roles.roles, name="roles"),
]
