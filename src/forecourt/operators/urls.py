from django.urls import path

from forecourt.operators import second_factor
from forecourt.operators.pages import account, frame, history, members, platform, security, subaccounts, switching, themes

urlpatterns = [
    path("operators/", platform.operator_list, name="operators"),
    path("operators/new", platform.operator_new, name="operator-new"),
    path("operators/<int:operator_id>", platform.operator_detail, name="operator-detail"),
    path("second-factor", second_factor.required, name="second-factor"),
    path("switch-account", switching.switch_account, name="switch-account"),
    path("account-invitations/<int:invitation_id>/accept", switching.invitation_accept, name="account-invitation-accept"),
    path("account-invitations/<int:invitation_id>/reject", switching.invitation_reject, name="account-invitation-reject"),
    path("account", frame.account, name="account"),
    path("account/<int:account_id>/settings", account.settings, name="account-settings"),
    path("account/<int:account_id>/edit", account.edit, name="account-edit"),
    path("account/<int:account_id>/support", account.support, name="account-support"),
    path("account/<int:account_id>/members", members.member_list, name="account-members"),
    path("account/<int:account_id>/members/new", members.member_new, name="account-member-new"),
    path("account/<int:account_id>/members/<int:operator_member_id>", members.member_edit, name="account-member-edit"),
    path("account/<int:account_id>/members/<int:operator_member_id>/history", history.member_history, name="account-member-history"),
    path("account/<int:account_id>/members/<int:operator_member_id>/resend", members.member_resend, name="account-member-resend"),
    path("account/<int:account_id>/members/<int:operator_member_id>/block", members.member_block, name="account-member-block"),
    path("account/<int:account_id>/members/<int:operator_member_id>/unblock", members.member_unblock, name="account-member-unblock"),
    path("account/<int:account_id>/members/<int:operator_member_id>/remove", members.member_remove, name="account-member-remove"),
    path("account/<int:account_id>/security", security.security, name="account-security"),
    path("account/<int:account_id>/sub-accounts", subaccounts.sub_account_list, name="sub-accounts"),
    path("account/<int:account_id>/sub-accounts/new", subaccounts.sub_account_new, name="sub-account-new"),
    path("account/<int:account_id>/sub-accounts/<int:sub_account_id>/close", subaccounts.sub_account_close, name="sub-account-close"),
    path("account/<int:account_id>/themes", themes.theme_list, name="account-themes"),
    path("account/<int:account_id>/themes/new", themes.theme_new, name="account-theme-new"),
    path("account/<int:account_id>/themes/<int:theme_id>", themes.theme_edit, name="account-theme-edit"),
    path("account/<int:account_id>/themes/<int:theme_id>/use", themes.theme_use, name="account-theme-use"),
    path("account/<int:account_id>/themes/<int:theme_id>/default", themes.theme_default, name="account-theme-default"),
    path("account/<int:account_id>/themes/<int:theme_id>/delete", themes.theme_delete, name="account-theme-delete"),
    path("themes/preview", themes.theme_preview, name="theme-preview"),
    path("themes/preview.css", themes.theme_preview_stylesheet, name="theme-preview-stylesheet"),
    path("themes/<int:theme_id>/<str:key>.css", themes.theme_stylesheet, name="theme-stylesheet"),
]
