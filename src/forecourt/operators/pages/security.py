"""What an account asks of its people's sign-in."""

from django import forms
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Permission
from forecourt.identity import second_factor
from forecourt.kit import clock
from forecourt.kit.errors import Forbidden
from forecourt.operators import operations, queries
from forecourt.operators.models import Operator
from forecourt.operators.pages.frame import fetch_account, frame, refusal
from forecourt.portal.pages import PageRequest, done, page, respond

READ, MANAGE = Permission.OPERATOR_MEMBER_READ, Permission.OPERATOR_MEMBER_MANAGE


class SecurityForm(forms.Form):
    requires_second_factor = forms.BooleanField(
        label=gettext_lazy("Everybody who works here signs in with a second factor"),
        required=False,
        help_text=gettext_lazy("An authenticator app or a passkey. Who has none is led to set one up and reaches nothing here until then."),
    )


@page("GET", "POST")
def security(request: PageRequest, account_id: int) -> HttpResponseBase:
    """Whether a second factor is asked of the account's people, and who has none. Who may not change it reads it."""
    operator = fetch_account(request.actor, account_id, READ)
    refused = refusal(request.actor, MANAGE, operator)
    initial = {"requires_second_factor": operator.requires_second_factor}
    form = SecurityForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST":
        if refused:
            raise Forbidden(refused, permission=MANAGE.value)
        if form.is_valid() and _saved(request, operator, form):
            return done(request, "account-security", operator.pk, message=_("The security settings are saved."))
    asked_by = queries.second_factor_from(operator)
    context = frame(request, operator) | {
        "form": form,
        "refused": refused,
        "is_asked": asked_by is not None,
        "main_account": asked_by if asked_by and asked_by.pk != operator.pk else None,
        "without": queries.without_second_factor(operator),
    }
    return respond(request, "operators/security.html", None, context, status=422 if form.errors else 200)


def _saved(request: PageRequest, operator: Operator, form: SecurityForm) -> bool:
    try:
        operations.require_second_factor(
            actor=request.actor, operator=operator, at=clock.now(), has_shown_one=second_factor.shown_to(request) == operator.organisation_id,
            is_required=form.cleaned_data["requires_second_factor"],
        )  # fmt: skip
    except operations.SecondFactorMissing as error:
        form.add_error("requires_second_factor", error.message)
        return False
    return True
