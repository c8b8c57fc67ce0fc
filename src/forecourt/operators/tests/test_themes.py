"""Themes: made, shared, chosen, shown, and their stylesheet."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from PIL import Image

from forecourt.files.models import StoredFile
from forecourt.notifications.models import OutgoingEmail
from forecourt.operators.models import Operator, Theme
from forecourt.operators.queries import look_of, theme_for
from forecourt.operators.tests.factories import make_theme
from forecourt.teams.models import Team

COLOURS = {"primary": "#7a1fa2", "secondary": "#2d0a3d", "accent": "#ffd54f"}


def picture() -> SimpleUploadedFile:
    kept = io.BytesIO()
    Image.new("RGB", (40, 20), "#7a1fa2").save(kept, "PNG")
    return SimpleUploadedFile("logo.png", kept.getvalue(), "image/png")


def themes(operator: Operator, path: str = "") -> str:
    return f"/account/{operator.pk}/themes{path}"


def test_a_theme_with_a_logo_is_in_the_portal_and_in_letters(cast):
    ada = cast.client("ada")
    assert ada.post(themes(cast.northwind, "/new"), COLOURS | {"name": "Dusk", "is_default": "on", "logo": picture()}).status_code == 303
    look = look_of(Theme.objects.get(name="Dusk"))
    page = ada.get("/teams/").content.decode()
    assert look.stylesheet in page
    assert look.logo in page
    ada.post(f"/account/{cast.northwind.pk}/members/new", {"email": "w@example.com", "role": "admin"})
    assert look.logo in OutgoingEmail.objects.get(to="w@example.com").html


def test_the_stylesheet_is_kept_for_ever_and_its_address_follows_the_colours(cast):
    theme = make_theme("Dusk", cast.northwind)
    before = look_of(theme).stylesheet
    answer = cast.client(None).get(before)
    assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == ("text/css", "public, max-age=31536000, immutable")
    assert "#7a1fa2" in answer.content.decode()
    theme.primary = "#0b5c6b"
    theme.save()
    assert look_of(theme).stylesheet != before
    assert cast.client(None).get(before).status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("primary", "red"), ("secondary", "#12345"), ("accent", "#zzzzzz"), ("support_email", "help"), ("support_phone", "1"),
        ("terms_url", "javascript:alert(1)"), ("logo", SimpleUploadedFile("logo.png", b"<svg onload=alert(1)>", "image/png")),
        ("name", "Dawn"),
    ],
)  # fmt: skip
def test_bad_input_gets_its_message_at_the_field_and_stores_nothing(cast, field, value):
    make_theme("Dawn", cast.northwind)
    answer = cast.client("ada").post(themes(cast.northwind, "/new"), COLOURS | {"name": "Dusk"} | {field: value})
    assert answer.context["form"].errors[field]
    assert (Theme.objects.count(), StoredFile.objects.count()) == (1, 0)


def test_a_preview_saves_nothing_and_says_what_cannot_be_read(cast):
    answer = cast.client("ada").post(themes(cast.northwind, "/new"), COLOURS | {"name": "Sun", "primary": "#ffee00", "preview": "1"})
    assert "hard to read" in answer.content.decode()
    assert not Theme.objects.exists()
    css = cast.client("ada").get(answer.context["preview_css"])
    assert css.content.decode().startswith(".fc-preview {")


def test_a_sub_account_uses_its_main_accounts_themes_and_does_not_change_them(cast):
    theme, sue = make_theme("Dusk", cast.northwind), cast.client("sue")
    assert sue.post(themes(cast.southwind, f"/{theme.pk}/use")).status_code == 303
    assert theme_for(cast.southwind.pk) == theme
    assert sue.post(themes(cast.southwind, f"/{theme.pk}"), COLOURS | {"name": "Mine"}).status_code == 404
    assert cast.client("ada").post(themes(cast.southwind, f"/{make_theme('Far', cast.eastgate).pk}/use")).status_code == 404


def test_which_theme_holds(cast):
    assert theme_for(cast.southwind.pk) is None
    main = make_theme("Main", cast.northwind, is_default=True)
    assert theme_for(cast.southwind.pk) == main
    own = make_theme("Own", cast.southwind, is_default=True)
    assert theme_for(cast.southwind.pk) == own
    Operator.objects.filter(pk=cast.southwind.pk).update(theme=main)
    assert theme_for(cast.southwind.pk) == main
    assert theme_for(cast.southwind.pk, theme_id=own.pk) == own
    far = make_theme("Far", cast.eastgate)
    assert theme_for(cast.southwind.pk, theme_id=far.pk) == main


def test_one_theme_of_an_account_is_the_default(cast):
    first, second = make_theme("One", cast.northwind, is_default=True), make_theme("Two", cast.northwind)
    cast.client("ada").post(themes(cast.northwind, f"/{second.pk}/default"))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.is_default, second.is_default) == (False, True)


def test_a_theme_that_is_used_is_not_deleted(cast):
    theme, ada = make_theme("Dusk", cast.northwind), cast.client("ada")
    Team.objects.filter(pk=cast.harbour.pk).update(theme_id=theme.pk)
    ada.post(themes(cast.northwind, f"/{theme.pk}/delete"))
    theme.refresh_from_db()
    assert theme.deleted_at is None
    Team.objects.update(theme_id=None)
    ada.post(themes(cast.northwind, f"/{theme.pk}/delete"))
    theme.refresh_from_db()
    assert theme.deleted_at is not None


def test_the_database_keeps_colours_to_six_hexadecimal_digits(cast, as_product_role):
    theme = make_theme("Dusk", cast.northwind)
    with pytest.raises(IntegrityError), transaction.atomic():
        Theme.objects.filter(pk=theme.pk).update(primary="red;}")


def test_people_of_a_team_see_its_operators_look(cast):
    theme = make_theme("Dusk", cast.northwind, is_default=True)
    assert look_of(theme).stylesheet in cast.client("tom").get("/teams/").content.decode()
    assert "/themes/" not in cast.client("eve").get("/teams/").content.decode()
