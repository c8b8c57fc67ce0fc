from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.db.models.fields import BLANK_CHOICE_DASH
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone, translation

from forecourt.kit.money import Money
from forecourt.places.models import Country
from forecourt.portal.forms import MeasuredForm, SectionedForm

NBSP = "\N{NO-BREAK SPACE}"
AT = datetime(2026, 11, 22, 20, 35, 4, tzinfo=UTC)


def write(source: str, language: str = "en", **values: Any) -> str:
    with translation.override(language), timezone.override("Europe/Copenhagen"):
        return Template("{% load forecourt %}" + source).render(Context(values))


class Sectioned(SectionedForm):
    name, late = forms.CharField(), forms.CharField()
    price, currency = forms.CharField(), forms.CharField()
    sections = (("", ("name",)), ("Money", ("price", "currency", "nothing")), ("Empty", ("nothing",)))


class Measured(MeasuredForm):
    price, currency = forms.CharField(), forms.CharField()


def test_a_sectioned_form_shows_every_field_once_under_its_heading():
    shown = [(title, [bound.name for bound in fields]) for title, fields in Sectioned().sectioned()]
    assert shown == [("", ["name", "late"]), ("Money", ["price", "currency"])]


def test_a_unit_stands_beside_its_field_and_describes_it():
    form = Measured()
    assert "-unit" not in write("{% field form.price %}", form=form)
    form.units["price"] = "DKK"
    shown = write("{% field form.price %}", form=form)
    assert 'aria-describedby="id_price-unit"' in shown
    assert '<span id="id_price-unit">DKK</span>' in shown
    form.units_from["price"] = "currency"
    assert 'data-unit-from="id_currency"' in write("{% field form.price %}", form=form)


@pytest.mark.parametrize(
    ("tag", "english", "danish"),
    [
        ("{% energy 12340 %}", f"12.34{NBSP}kWh", f"12,34{NBSP}kWh"),
        ("{% energy 1234567890 %}", f"1,234,567.89{NBSP}kWh", f"1.234.567,89{NBSP}kWh"),
        ("{% energy 1234567890 'short' %}", f"1.23{NBSP}GWh", f"1,23{NBSP}GWh"),
        ("{% energy 999999 'short' %}", f"1,000.00{NBSP}kWh", f"1.000,00{NBSP}kWh"),
        ("{% energy None %}", "–", "–"),
        ("{% power 7400 %}", f"7.4{NBSP}kW", f"7,4{NBSP}kW"),
        ("{% power 150000 %}", f"150{NBSP}kW", f"150{NBSP}kW"),
        ("{% money 1234567 'DKK' %}", f"DKK{NBSP}12,345.67", f"12.345,67{NBSP}kr."),
        ("{% money -50 'EUR' %}", f"−EUR{NBSP}0.50", f"−0,50{NBSP}€"),
        ("{% money 1200 'ISK' %}", f"ISK{NBSP}1,200", f"1.200{NBSP}ISK"),
        ("{% money None 'DKK' %}", "–", "–"),
        ("{% number 20000 %}", "20,000", "20.000"),
        ("{% number 3 2 %}", "3.00", "3,00"),
        ("{% duration 59 %}", "59 s", "59 s"),
        ("{% duration 3599 %}", "59 min", "59 min"),
        ("{% duration 3900 %}", "1 h 05 min", "1 t 05 min"),
        ("{% duration None %}", "–", "–"),
    ],
)
def test_values_are_written_in_the_persons_language(tag, english, danish):
    assert write(tag) == english
    assert write(tag, "da") == danish


def test_money_takes_money():
    assert write("{% money amount %}", amount=Money(8194, "DKK")) == f"DKK{NBSP}81.94"


@pytest.mark.parametrize(("seconds", "text"), [(86_400, "1 day 0 h"), (2 * 86_400 + 3 * 3600 + 59, "2 days 3 h")])
def test_long_durations_count_days(seconds, text):
    assert write("{% duration s %}", s=seconds) == text


def test_when_is_a_time_element_in_the_persons_zone():
    title = "Sunday, 22 November 2026, 21:35:04 CET"
    assert write("{% when at %}", at=AT) == f'<time datetime="2026-11-22T20:35:04Z" title="{title}">22 Nov 2026, 21:35</time>'


@pytest.mark.parametrize(("variant", "text"), [("date", "22 Nov 2026"), ("time", "21:35"), ("seconds", "22 Nov 2026, 21:35:04")])
def test_variants_of_when(variant, text):
    assert f">{text}</time>" in write("{% when at variant %}", at=AT, variant=variant)


def test_a_relative_time_is_left_to_the_browser_so_that_the_etag_stays():
    assert " data-relative>22 Nov 2026, 21:35</time>" in write("{% when at 'relative' %}", at=AT)


def test_when_takes_a_date_and_nothing():
    assert write("{% when at %}", at=date(2026, 3, 4)) == '<time datetime="2026-03-04">4 Mar 2026</time>'
    assert write("{% when at %}", at=None) == '<span class="fc-nothing">–</span>'


def test_a_status_has_colour_icon_and_word():
    badge = write("{% status 'charge_point' 'busy-non-released' %}")
    assert badge.startswith('<span class="fc-status fc-tone-wait"><svg class="fc-icon"')
    assert badge.endswith("<span>Cable not released</span></span>")


def test_a_state_that_nobody_described_is_unknown_and_a_kind_is_a_bug():
    assert "<span>Unknown</span>" in write("{% status 'charge' 'levitating' %}")
    with pytest.raises(KeyError):
        write("{% status 'weather' 'sunny' %}")


def test_an_icon_is_inline_and_silent_and_a_misspelt_one_is_an_error():
    assert 'aria-hidden="true"><path' in write("{% icon 'bolt' %}")
    with pytest.raises(LookupError):
        write("{% icon 'bollt' %}")
    with pytest.raises(LookupError):
        write("{% icon '../../package' %}")


def test_query_with_keeps_the_filters_and_goes_back_to_the_first_page():
    request = RequestFactory().get("/charges?state=charging&state=paused&page=4")
    assert write("{% query_with sort='-name' %}", request=request) == "?state=charging&amp;state=paused&amp;sort=-name"
    assert write("{% query_with page=5 state=None %}", request=request) == "?page=5"


def test_a_sort_header_turns_around():
    request = RequestFactory().get("/?sort=name")
    assert 'aria-sort="ascending"><a class="fc-sort" href="?sort=-name">Name' in write("{% sort_header 'name' 'Name' %}", request=request)


class Sample(forms.Form):
    name = forms.CharField(help_text="As drivers see it.")
    kind = forms.ChoiceField(choices=[("ac", "AC")], widget=forms.RadioSelect, required=False)


def test_a_field_ties_help_and_error_to_its_input():
    form = Sample({"name": ""})
    written = write("{% field form.name %}", form=form)
    assert 'aria-describedby="id_name-help id_name-error"' in written
    assert 'aria-invalid="true"' in written
    assert 'id="id_name-error"' in written


class Chosen(forms.Form):
    must = forms.ChoiceField(choices=[*BLANK_CHOICE_DASH, ("AC", "AC")])
    may = forms.ChoiceField(choices=[*BLANK_CHOICE_DASH, ("AC", "AC")], required=False)
    country = forms.ModelChoiceField(Country.objects.none())
    team = forms.ModelChoiceField(Country.objects.none(), required=False, empty_label="Every team")


@pytest.mark.parametrize(("name", "says"), [("must", "Choose"), ("may", "–"), ("country", "Choose"), ("team", "Every team")])
def test_a_select_says_what_nothing_is(db, name, says):
    first = write("{% field bound %}", bound=Chosen()[name]).partition("<option")[2].partition("</option>")[0]
    assert first.rpartition(">")[2] == says


def test_a_group_of_choices_is_a_fieldset_with_a_legend():
    written = write("{% field form.kind %}", form=Sample())
    assert "<fieldset><legend>Kind</legend>" in written
    assert 'class="form-check-input"' in written


def test_a_sparkline_needs_two_values():
    assert write("{% sparkline values %}", values=[3]) == ""
    assert 'points="0.0,26.0 100.0,2.0"' in write("{% sparkline values %}", values=[1, 2])


def test_actions_say_why_one_is_not_allowed():
    from forecourt.portal.actions import Action

    given = [Action("Edit", "/a/1/edit", "pencil"), Action("Move", "/a/1/move", "arrow-right", disabled="Only an administrator.")]
    written = write("{% actions given 'Row 1' %}", given=given)
    assert 'popovertarget="actions-a-1-edit" aria-label="Actions: Row 1"' in written
    assert 'aria-disabled="true" title="Only an administrator."' in written


def test_text_is_escaped():
    row = SimpleNamespace(name="<b>")
    assert write("{% include 'portal/_toast.html' with tone='info' text=row.name %}", row=row).count("&lt;b&gt;") == 1
