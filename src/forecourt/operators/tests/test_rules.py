import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecourt.operators.rules import (
    INK,
    LEAST_CONTRAST,
    NIGHT,
    PAPER,
    WHITE,
    contrast,
    in_account,
    is_colour,
    palette,
    readable,
    stylesheet,
    text_on,
)

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#ffffff", "#000000", 21.0), ("#ffffff", "#ffffff", 1.0), ("#767676", "#ffffff", 4.54), ("#0000ff", "#ffffff", 8.59)],
)
def test_the_contrast_ratio_is_that_of_wcag(one, other, ratio):
    assert round(contrast(one, other), 2) == ratio


@given(colours, colours, colours)
def test_whatever_is_chosen_text_and_buttons_can_be_read(primary, secondary, accent):
    chosen = palette(primary, secondary, accent)
    for text, grounds in (
        (chosen.light, (PAPER, WHITE, chosen.light_soft)), (chosen.dark, (NIGHT, chosen.dark_soft)), (WHITE, (chosen.button,)),
        (WHITE, (chosen.light,)), (INK, (chosen.dark,)),
    ):  # fmt: skip
        assert all(contrast(text, ground) >= LEAST_CONTRAST for ground in grounds)


@given(colours)
def test_text_on_a_colour_is_the_better_of_white_and_black(colour):
    assert contrast(text_on(colour), colour) >= LEAST_CONTRAST


@pytest.mark.parametrize(
    ("path", "operator_id", "url"),
    [("/teams/1", 7, "/teams/1?account=7"), ("/teams/?q=a", 7, "/teams/?q=a&account=7"), ("/me", None, "/me")],
)
def test_an_address_names_its_account(path, operator_id, url):
    assert in_account(path, operator_id) == url


def test_a_colour_that_reads_well_stays_as_it_is():
    assert readable("#0b5c6b", on=(PAPER, WHITE)) == "#0b5c6b"
    assert not palette("#0b5c6b", "#000000", "#ffffff").is_darkened
    assert palette("#ffee00", "#000000", "#ffffff").is_darkened


@pytest.mark.parametrize("text", ["", "red", "#fff", "#GGGGGG", "#0B5C6B", "#0b5c6b;", "0b5c6b"])
def test_only_six_hexadecimal_digits_are_a_colour(text):
    assert not is_colour(text)


def test_a_stylesheet_sets_tokens_and_nothing_else():
    css = stylesheet(palette("#7a1fa2", "#2d0a3d", "#ffd54f"), where=".fc-preview")
    assert css.startswith(".fc-preview {\n  --fc-brand: light-dark(#7a1fa2, ")
    assert css.count("--fc-") == 8
    assert "url(" not in css
