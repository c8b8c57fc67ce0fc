"""Forms that move money: fill in → review → confirm. Works without JavaScript; the request's key makes a second click harmless."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from forecourt.kit.errors import DomainError, Invalid
from forecourt.portal.pages import PageRequest, respond

Facts = Iterable[tuple[object, object]]


class ReviewedForm(forms.Form):
    """The subclass's fields, and whether the person has seen the review."""

    confirmed = forms.BooleanField(widget=forms.HiddenInput, required=False)


def reviewed(
    request: PageRequest,
    form: ReviewedForm,
    *,
    title: str,
    submit: str,
    cancel_url: str,
    review: Callable[[dict[str, Any]], Facts],
    act: Callable[[dict[str, Any]], HttpResponseBase],
) -> HttpResponseBase:
    """
    Draw the form; when it is valid, its review with every field hidden; when that is confirmed, `act`.

    What an operation refuses is shown on the form, at its field where it names one.
    """
    context = {"title": title, "form": form, "submit": _("Review"), "cancel_url": cancel_url}
    if request.method == "POST" and form.is_valid():
        try:
            if form.cleaned_data["confirmed"]:
                return act(form.cleaned_data)
            facts = list(review(form.cleaned_data))
        except DomainError as error:
            _show(form, error)
        else:
            hidden = _hidden(form)
            return respond(request, "ledger/review.html", None, {**context, "form": hidden, "facts": facts, "submit": submit})
    return respond(request, "portal/form.html", None, context, status=200 if request.method == "GET" else 422)


def _show(form: ReviewedForm, error: DomainError) -> None:
    fields = error.fields if isinstance(error, Invalid) else {}
    known = {name: says for name, says in fields.items() if name in form.fields}
    for name, says in known.items():
        form.add_error(name, says)
    if not known:
        form.add_error(None, error.message)


def _hidden(form: ReviewedForm) -> ReviewedForm:
    """The same values in hidden fields, confirmed."""
    given = {**{name: form.data[name] for name in form.fields if name in form.data}, "confirmed": "on"}
    hidden = form.__class__(given, **getattr(form, "wanted", {}))
    for field in hidden.fields.values():
        field.widget = forms.HiddenInput()
    return hidden
