"""allauth's forms without the help that our pages give elsewhere."""

from typing import Any

from allauth.account import forms as allauth
from allauth.core import context
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from forecourt.kit import registries


class LoginForm(allauth.LoginForm):  # type: ignore[misc]
    """
    The way to a new password stands once, below the form. Whose organisation signs them in need type none: `elsewhere` is
    where they go on. What is answered depends on the address' domain, never on whether there is such an account.
    """

    elsewhere = ""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].required = False
        self.fields["password"].help_text = _("Leave it empty if you sign in through your organisation.") if registries.sign_in_ways else ""

    def clean(self) -> Any:
        given = self.cleaned_data
        way = registries.sign_in_way(self.request, given.get("login", ""))
        if way is not None and not (given.get("password") and way.takes_password):
            self.elsewhere = way.url
            raise ValidationError(_("Sign in through your organisation."))
        if not given.get("password"):
            self.add_error("password", _("This field is required."))
            return given
        return super().clean()


class ResetPasswordForm(allauth.ResetPasswordForm):  # type: ignore[misc]
    def clean_email(self) -> str:
        way = registries.sign_in_way(context.request, self.cleaned_data["email"])
        if way is not None and not way.takes_password:
            raise ValidationError(_("People of this domain have no password here: they sign in through their organisation."))
        return str(super().clean_email())


class ReauthenticateForm(allauth.ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
