"""Forms of the network's pages. Choices are what the actor may choose from; rules are the operations' own."""

from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils.translation import gettext_lazy as _

from forecourt.access import Actor, Permission
from forecourt.identity.models import Person
from forecourt.network.models import ChargeKey, ChargePoint, ConnectorType, Model, Site, Station
from forecourt.network.models.sites import Visibility
from forecourt.network.operations.values import CLASSIFICATIONS
from forecourt.network.queries.prices import GROUP_COLUMNS
from forecourt.places.models import Country
from forecourt.portal.forms import SectionedForm
from forecourt.pricing.models import PriceGroup
from forecourt.pricing.queries import assignable
from forecourt.pricing.words import summary
from forecourt.teams.models import Team, TeamMember
from forecourt.teams.queries import restrictions

ADDRESS = ("address1", "zip_code", "city", "country", "latitude", "longitude")
FLAGS = ("show_on_map", "is_active", "is_free", "is_reservable")
PRICES = {"price_group": _("Public price"), "roaming_price_group": _("Roaming price"), "cost_group": _("Cost, for tracking")}
_TYPES = {"ac": "AC", "dc": "DC", "other": _("Other")}
_VISIBILITIES = {
    Visibility.PUBLIC: _("Public: everyone may charge at the public price"),
    Visibility.PRIVATE: _("Private: the team’s members only"),
}
_CLASSES = {
    "highway": _("Highway"),
    "depot": _("Depot"),
    "parking": _("Parking"),
    "residential": _("Residential"),
    "leisure": _("Leisure"),
}


def teams_for(actor: Actor, permission: Permission) -> Any:
    """The living teams in which the actor may do this."""
    return Team.objects.within(actor.scope(permission)).filter(deleted_at=None).order_by("name", "id")


class _Named(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Rows shown by their name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class _ModelField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.brand.name} {obj.name}"


class _PriceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Price groups with what they cost."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} · {summary(obj.current_version)}"


class _WithTeam(forms.Form):
    """A form for something new: its first question is whose it is."""

    needs: Permission

    def __init__(self, data: Any = None, *, actor: Actor, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["team"] = _Named(label=_("Team"), queryset=teams_for(actor, self.needs), empty_label=_("Choose a team"))
        self.order_fields(["team"])


class AddressFields(SectionedForm):
    """Where something stands. Names as the columns."""

    address1 = forms.CharField(label=_("Street and number"), max_length=200, required=False)
    zip_code = forms.CharField(label=_("Postcode"), max_length=20, required=False)
    city = forms.CharField(label=_("City"), max_length=100, required=False)
    country = forms.ModelChoiceField(label=_("Country"), queryset=Country.objects.order_by("name"), required=False)
    latitude = forms.DecimalField(label=_("Latitude"), required=False, help_text=_("Degrees, like 55.676100."))
    longitude = forms.DecimalField(label=_("Longitude"), required=False, help_text=_("Degrees, like 12.568300."))

    def place(self) -> dict[str, Any]:
        given = {name: self.cleaned_data[name] for name in ADDRESS if name in self.cleaned_data}
        country = given.pop("country", None)
        return given | {"country_id": country.pk if country else None}


class SiteFields(AddressFields):
    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("As drivers see it."))
    visibility = forms.ChoiceField(
        label=_("Who sees it"), choices=list(_VISIBILITIES.items()), widget=forms.RadioSelect, initial=Visibility.PUBLIC
    )
    classification = forms.ChoiceField(
        label=_("Kind of place"), choices=[("", _("Not said")), *((key, _CLASSES[key]) for key in CLASSIFICATIONS)], required=False
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=[("", _("The team’s")), *((zone, zone) for zone in sorted(available_timezones()) if "/" in zone)],
        required=False,
    )  # fmt: skip
    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    field_order = ("name", "visibility", "classification", *ADDRESS, "time_zone", "note")

    def values(self) -> dict[str, Any]:
        plain = {name: self.cleaned_data[name] for name in ("name", "visibility", "classification", "note")}
        zone = {"time_zone": self.cleaned_data["time_zone"]} if self.cleaned_data["time_zone"] else {}
        return plain | zone | self.place()


class NewSiteForm(SiteFields, _WithTeam):
    needs = Permission.SITE_CREATE


class ChargePointFields(AddressFields):
    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("As drivers see it, on the map and on receipts."))
    site = _Named(label=_("Site"), queryset=Site.objects.none(), required=False, empty_label=_("No site"))
    model = _ModelField(
        label=_("Model"), queryset=Model.objects.select_related("brand").order_by("brand__name", "name"), required=False,
        help_text=_("Brings plugs and what the station can do."),
    )  # fmt: skip
    type = forms.ChoiceField(label=_("Current"), choices=[*BLANK_CHOICE_DASH, *_TYPES.items()])
    max_kw = forms.DecimalField(label=_("Power in kW"), min_value=Decimal("0.1"), max_value=10_000)  # spec P2.2 Create: both must be given
    visibility = forms.ChoiceField(
        label=_("Who may charge"), choices=list(_VISIBILITIES.items()), widget=forms.RadioSelect, initial=Visibility.PUBLIC
    )
    show_on_map = forms.BooleanField(label=_("Show on the drivers’ map"), required=False, initial=True)
    is_active = forms.BooleanField(label=_("Onboarded: may charge, be billed and roam"), required=False, initial=True)
    is_free = forms.BooleanField(label=_("Charging is free here, whatever the price"), required=False)
    is_reservable = forms.BooleanField(label=_("May be reserved"), required=False)
    reservation_minutes = forms.IntegerField(
        label=_("Reserved for, minutes"), required=False, min_value=1, max_value=1440, help_text=_("15 where nothing is said.")
    )
    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    sections = (
        ("", ("team", "name", "site", "model", "type", "max_kw", "connector_types", "note")),
        (_("Who may charge"), ("visibility", "show_on_map", "is_active", "is_reservable", "reservation_minutes")),
        (_("Prices"), ("is_free", *PRICES)),
        (_("Address, where it differs from the site’s"), ADDRESS),
    )

    def values(self) -> dict[str, Any]:
        plain = {name: self.cleaned_data[name] for name in ("name", "type", "visibility", *FLAGS, "reservation_minutes", "note")}
        return plain | {"max_w": int(self.cleaned_data["max_kw"] * 1000)} | self.place()


class NewChargePointForm(ChargePointFields, _WithTeam):
    needs = Permission.CHARGE_POINT_CREATE

    def __init__(self, data: Any = None, *, actor: Actor, **options: Any) -> None:
        super().__init__(data, actor=actor, **options)
        sites = Site.objects.within(actor.scope(Permission.SITE_READ)).filter(deleted_at=None).order_by("name", "id")
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]
        for name in ("site", "model"):  # spec P2.2: a new one names both; one from a file or before may be without
            self.fields[name].required = True


class EditChargePointForm(ChargePointFields):
    connector_types = forms.ModelMultipleChoiceField(
        label=_("Plugs"), queryset=ConnectorType.objects.order_by("name"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, data: Any = None, *, charge_point: ChargePoint, **options: Any) -> None:
        super().__init__(data, initial=_initial(charge_point), **options)
        self.fields["site"].queryset = Site.objects.filter(team_id=charge_point.team_id, deleted_at=None).order_by("name")  # type: ignore[attr-defined]
        self.fields["connector_types"].label_from_instance = lambda plug: plug.name  # type: ignore[attr-defined]
        for type, column in GROUP_COLUMNS.items():
            groups = assignable(charge_point.team, type) | PriceGroup.objects.filter(pk=getattr(charge_point, f"{column}_id"))
            self.fields[column] = _PriceField(label=PRICES[column], queryset=groups, required=False, empty_label=_("None"))

    def values(self) -> dict[str, Any]:
        return super().values() | {name: self.cleaned_data[name] for name in ("site", "model", *PRICES)}


def _initial(charge_point: ChargePoint) -> dict[str, Any]:
    names = (
        "name", "site", "model", "type", "visibility", "show_on_map", "is_free", "is_reservable", "reservation_minutes", *PRICES, "note", *ADDRESS,
    )  # fmt: skip
    return {name: getattr(charge_point, name) for name in names} | {
        "max_kw": (Decimal(charge_point.max_w) / 1000).normalize().__format__("f"),
        "is_active": charge_point.active_at is not None,
        "connector_types": [plug.connector_type_id for plug in charge_point.connectors.all()],
    }


class ImportForm(forms.Form):
    team = _Named(label=_("Team"), queryset=Team.objects.none())
    file = forms.FileField(label=_("CSV file"), help_text=_("UTF-8, at most 2 MB. The first line names the columns."))

    def __init__(self, *given: Any, actor: Actor) -> None:
        super().__init__(*given)
        self.fields["team"].queryset = teams_for(actor, Permission.CHARGE_POINT_CREATE)  # type: ignore[attr-defined]


class TransferForm(forms.Form):
    team = _Named(label=_("To team"), queryset=Team.objects.none(), empty_label=_("Choose a team"))

    def __init__(self, data: Any = None, *, actor: Actor, charge_point: ChargePoint) -> None:
        super().__init__(data)
        teams = teams_for(actor, Permission.CHARGE_POINT_CREATE).filter(organisation_id=charge_point.organisation_id)
        self.fields["team"].queryset = teams.exclude(pk=charge_point.team_id)  # type: ignore[attr-defined]


class ConnectForm(forms.Form):
    """A new station, or another number of one that the team has."""

    station = forms.ModelChoiceField(
        label=_("Station"), queryset=Station.objects.none(), required=False, empty_label=_("A new station"),
        help_text=_("A station with several connectors is connected once; then each charge point takes its number."),
    )  # fmt: skip
    identity = forms.CharField(
        label=_("Identity"), required=False, max_length=48, help_text=_("The last part of the station’s URL. Often its serial number.")
    )
    protocol = forms.ChoiceField(label=_("Protocol"), choices=[(Station.Protocol.OCPP16.value, "OCPP 1.6J")])
    number = forms.IntegerField(label=_("Connector number"), initial=1, min_value=1, max_value=999)

    def __init__(self, data: Any = None, *, charge_point: ChargePoint) -> None:
        super().__init__(data, initial={"identity": f"FCT-{charge_point.pk}"})
        stations = Station.objects.filter(team_id=charge_point.team_id, deleted_at=None).order_by("identity")
        self.fields["station"].queryset = stations  # type: ignore[attr-defined]
        self.fields["station"].label_from_instance = lambda station: station.identity  # type: ignore[attr-defined]


class RenameStationForm(forms.Form):
    identity = forms.CharField(label=_("Identity"), max_length=48, help_text=_("The last part of the station’s URL."))


class ConfigurationForm(forms.Form):
    key = forms.CharField(label=_("Key"), max_length=50)
    value = forms.CharField(label=_("Value"), max_length=500, required=False)


class KeyFields(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, required=False, help_text=_("Appears in lists and exports."))
    person = forms.ModelChoiceField(label=_("Owner"), queryset=Person.objects.none(), required=False, empty_label=_("Nobody in particular"))
    active_until = forms.DateTimeField(
        label=_("Works until"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    is_for_network = forms.BooleanField(label=_("Works at this network’s charge points"), required=False, initial=True)
    is_for_operator = forms.BooleanField(label=_("Works at other teams of the operator"), required=False, initial=True)
    is_for_roaming = forms.BooleanField(label=_("Works when roaming"), required=False, initial=True)

    def values(self) -> dict[str, Any]:
        names = ("name", "active_until", "is_for_network", "is_for_operator", "is_for_roaming")
        return {name: self.cleaned_data[name] for name in names}


class NewKeyForm(KeyFields, _WithTeam):
    needs = Permission.CHARGE_KEY_CREATE
    type = forms.ChoiceField(
        label=_("Kind"),
        choices=[(ChargeKey.Type.RFID.value, _("RFID card or tag")), (ChargeKey.Type.VEHICLE_ID.value, _("Vehicle (Autocharge)"))],
    )
    identifier = forms.CharField(
        label=_("Identifier"),
        max_length=36,
        help_text=_("8, 14, 16 or 20 characters for RFID, as a reader or the station’s log shows them."),
    )
    field_order = ("team", "type", "identifier", "name", "active_until")

    def __init__(self, data: Any = None, *, actor: Actor, **options: Any) -> None:
        super().__init__(data, actor=actor, **options)
        del self.fields["person"]  # an owner is a member of the team: chosen once the team is known


class EditKeyForm(KeyFields):
    team = _Named(label=_("Team"), queryset=Team.objects.none(), help_text=_("The key pays with this team’s wallet."))
    field_order = ("name", "team", "person", "active_until")

    def __init__(self, data: Any = None, *, actor: Actor, key: ChargeKey) -> None:
        names = ("name", "team", "person", "active_until", "is_for_network", "is_for_operator", "is_for_roaming")
        super().__init__(data, initial={name: getattr(key, name) for name in names})
        teams = teams_for(actor, Permission.CHARGE_KEY_CREATE).filter(organisation_id=key.organisation_id)
        self.fields["team"].queryset = teams | Team.objects.filter(pk=key.team_id)  # type: ignore[attr-defined]
        members = Person.objects.filter(
            team_memberships__team_id=key.team_id, team_memberships__state="accepted", team_memberships__deleted_at=None
        )
        self.fields["person"].queryset = members  # type: ignore[attr-defined]
        self._narrow(key)

    def _narrow(self, key: ChargeKey) -> None:
        """What the member or team may, to choose from; choosing nothing does not narrow."""
        member = (
            TeamMember.objects.filter(team=key.team, person=key.person, state="accepted", deleted_at=None).first() if key.person else None
        )
        above = restrictions.holds_for(key.team, member)
        choices = (
            restrictions.country_choices(above.countries),
            restrictions.operator_choices(key.operator, within=above.operators, chosen=key.pays_at_operator_ids),
        )
        labels = _("Pays only in these countries"), _("Pays only at these operators")
        for name, label, options in zip(restrictions.COLUMNS, labels, choices, strict=True):
            self.fields[name] = forms.TypedMultipleChoiceField(
                label=label, choices=options, coerce=int, required=False, widget=forms.SelectMultiple(attrs={"size": 6}),
                initial=getattr(key, name), help_text=_("A key can only narrow where its owner or team may pay. Choose none to leave it as it is there."),
            )  # fmt: skip

    def values(self) -> dict[str, Any]:
        moved = "team" in self.changed_data
        chosen = {"team": self.cleaned_data["team"]} | ({} if moved else {"person": self.cleaned_data["person"]})
        narrowed = {name: self.cleaned_data[name] or None for name in restrictions.COLUMNS if not moved}
        return super().values() | chosen | narrowed
