"""Sign-in, its second step, sign-out and password reset: django-allauth's views in our pages; and My Account, which is ours."""

from allauth.account import views
from allauth.mfa.base import views as mfa
from allauth.mfa.webauthn import views as webauthn
from django.conf import settings
from django.urls import include, path, re_path

from forecourt.identity.pages import account, contact, data, deletion, entrance, security

ENTRANCE = [
    path("login/", entrance.SignIn.as_view(extra_context={"sign_up_is_open": lambda: settings.SIGN_UP_IS_OPEN}), name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("2fa/", mfa.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("passkey/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("passkey/reauthenticate/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/reset/key/done/", views.password_reset_from_key_done, name="account_reset_password_from_key_done"),
]
MINE = [
    path("me", account.my_account, name="my-account"),
    path("me/picture", account.picture_set, name="my-picture"),
    path("me/locale", account.locale_set, name="my-locale"),
    path("me/preferences", account.preferences_set, name="my-preferences"),
    path("me/contact/<str:kind>", contact.contact_edit, name="my-contact"),
    path("me/contact/<str:kind>/code", contact.contact_code, name="my-contact-code"),
    path("me/phone/remove", contact.phone_remove, name="my-phone-remove"),
    path("me/security", security.security, name="my-security"),
    path("me/security/password", security.password_edit, name="my-password"),
    path("me/security/app", security.app_add, name="my-app"),
    path("me/security/app/remove", security.app_remove, name="my-app-remove"),
    path("me/security/recovery-codes", security.recovery, name="my-recovery-codes"),
    path("me/security/passkeys/new", security.passkey_add, name="my-passkey-new"),
    path("me/security/passkeys/<int:passkey_id>", security.passkey_name, name="my-passkey"),
    path("me/security/passkeys/<int:passkey_id>/remove", security.passkey_remove, name="my-passkey-remove"),
    path("me/security/sessions/<int:session_id>/end", security.session_end, name="my-session-end"),
    path("me/security/sessions/end", security.sessions_end, name="my-sessions-end"),
    path("me/data", data.export_ask, name="my-data"),
    path("me/deletion", deletion.deletion, name="my-deletion"),
]
urlpatterns = [path("accounts/", include(ENTRANCE)), *MINE]
