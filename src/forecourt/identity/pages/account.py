"""My Account: profile, picture, preferences (spec §1)."""

import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.files import queries as files
from forecourt.identity import operations, queries
from forecourt.identity.models import Person
from forecourt.identity.pages.again import is_fresh
from forecourt.kit import clock, registries
from forecourt.kit.errors import Invalid
from forecourt.places.models import Country
from forecourt.portal.pages import PageRequest, done, explain, page, respond

TOGGLES = ("wants_receipts", "wants_newsletter", "is_beta")


class ProfileForm(forms.Form):
    """Saved by its button, never by itself (spec §1)."""

    first_name = forms.CharField(label=gettext_lazy("First name"), required=False, widget=forms.TextInput({"autocomplete": "given-name"}))
    last_name = forms.CharField(label=gettext_lazy("Surname"), required=False, widget=forms.TextInput({"autocomplete": "family-name"}))
    address1 = forms.CharField(label=gettext_lazy("Address"), required=False, widget=forms.TextInput({"autocomplete": "address-line1"}))
    zip_code = forms.CharField(label=gettext_lazy("Postal code"), required=False, widget=forms.TextInput({"autocomplete": "postal-code"}))
    city = forms.CharField(label=gettext_lazy("City"), required=False, widget=forms.TextInput({"autocomplete": "address-level2"}))
    country_id = forms.TypedChoiceField(label=gettext_lazy("Country"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        countries = Country.objects.filter(is_sanctioned=False).order_by("name")
        self.fields["country_id"].choices = [("", "–"), *countries.values_list("id", "name")]  # type: ignore[attr-defined]


class PictureForm(forms.Form):
    picture = forms.FileField(
        label=gettext_lazy("Picture"),
        widget=forms.FileInput({"accept": "image/png,image/jpeg,image/webp"}),
        help_text=gettext_lazy("PNG, JPEG or WebP, at most 5 MB."),
    )


class LocaleForm(forms.Form):
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/", "US/")))
        self.fields["time_zone"].choices = [(name, name.replace("_", " ")) for name in ("UTC", *zones)]  # type: ignore[attr-defined]


class PreferencesForm(forms.Form):
    wants_receipts = forms.BooleanField(label=gettext_lazy("Receipts and invoices by e-mail"), required=False)
    wants_newsletter = forms.BooleanField(label=gettext_lazy("Newsletter by e-mail"), required=False)
    is_beta = forms.BooleanField(label=gettext_lazy("Show features that are not finished (beta)"), required=False)


@page("GET", "POST")
def my_account(request: PageRequest) -> HttpResponseBase:
    """The page; a POST saves the profile."""
    person: Person = request.person
    form = ProfileForm(request.POST if request.method == "POST" else None, initial=_initial(person))
    if request.method == "POST" and form.is_valid():
        try:
            operations.edit_profile(actor=request.actor, person=person, at=clock.now(), **form.cleaned_data)
        except Invalid as error:
            explain(form, error)
        else:
            return done(request, "my-account", message=_("Your profile is saved."))
    return _drawn(request, profile=form)


@page("POST")
def picture_set(request: PageRequest) -> HttpResponseBase:
    """Upload a picture, or with `remove` take it away."""
    if "remove" in request.POST:
        operations.remove_picture(actor=request.actor, person=request.person, at=clock.now())
        return done(request, "my-account", message=_("Your picture is gone."))
    form = PictureForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            operations.set_picture(actor=request.actor, person=request.person, upload=form.cleaned_data["picture"], at=clock.now())
        except Invalid as error:
            explain(form, error)
        else:
            return done(request, "my-account", message=_("Your picture is saved."))
    return _drawn(request, picture=form)


@page("POST")
def locale_set(request: PageRequest) -> HttpResponseBase:
    """Language and time zone: from the next page on, this answer included."""
    form = LocaleForm(request.POST)
    if not form.is_valid():
        return _drawn(request, locale=form)
    operations.set_preferences(actor=request.actor, person=request.person, at=clock.now(), **form.cleaned_data)
    with translation.override(form.cleaned_data["language"]):
        return done(request, "my-account", message=_("From now on the portal speaks English and shows times of your zone."))


@page("POST")
def preferences_set(request: PageRequest) -> HttpResponseBase:
    """What e-mail somebody wants, and whether unfinished features are shown."""
    form = PreferencesForm(request.POST)
    form.full_clean()
    operations.set_preferences(actor=request.actor, person=request.person, at=clock.now(), **form.cleaned_data)
    return done(request, "my-account", message=_("Your choice is saved."))


def _drawn(request: PageRequest, **forms_given: forms.Form) -> HttpResponseBase:
    person = Person.objects.get(pk=request.person.pk)
    context: dict[str, Any] = {
        "title": _("My Account"),
        "person": person,
        "picture_url": files.addresses([person.picture_id]).get(person.picture_id) if person.picture_id else None,
        "profile": ProfileForm(initial=_initial(person)),
        "picture": PictureForm(),
        "locale": LocaleForm(initial={"language": person.language, "time_zone": person.time_zone}),
        "preferences": PreferencesForm(initial={name: getattr(person, name) for name in TOGGLES}),
        "cards": [card(request) for where, card in registries.cards if where == "my_account"],
        "now": timezone.localtime(clock.now()),
        "security": queries.security_of(person),
        "export": queries.newest_export(person.pk),
        "is_fresh": is_fresh(request),
        "email_kept": registries.address_kept(person),
    } | forms_given
    is_refused = any(form.errors for form in forms_given.values())
    return respond(request, "identity/my_account.html", None, context, status=422 if is_refused else 200)


def _initial(person: Person) -> dict[str, Any]:
    return {name: getattr(person, name) for name in ("first_name", "last_name", "address1", "zip_code", "city", "country_id")}
