"""allauth's forms without the help that our pages give elsewhere."""

from allauth.account import forms as allauth


class LoginForm(allauth.LoginForm):  # type: ignore[misc]
    """The way to a new password stands once, below the form."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class ReauthenticateForm(allauth.ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
