import pytest
from django.test import RequestFactory

from forecourt.portal.chips import state_chips
from forecourt.portal.pages import Paging, paged


def at(query: str, total: int, **more: int) -> Paging:
    return paged(RequestFactory().get(f"/{query}"), total, **more)


@pytest.mark.parametrize(
    ("query", "total", "text", "previous", "following"),
    [
        ("", 0, "0–0 of 0", None, None),
        ("", 7, "1–7 of 7", None, None),
        ("", 50, "1–50 of 50", None, None),
        ("", 51, "1–50 of 51", None, 2),
        ("?page=2", 51, "51–51 of 51", 1, None),
        ("?page=9", 51, "51–51 of 51", 1, None),
        ("", 20_000, "1–50 of 20,000", None, 2),
        ("", 20_001, "1–50 of 20,000+", None, 2),
        ("?page=400", 20_001, "19,951–20,000 of 20,000+", 399, None),
        ("?page=-1", 7, "1–7 of 7", None, None),
        ("?page=x", 7, "1–7 of 7", None, None),
        ("?page=99999999999999", 70, "1–50 of 70", None, 2),
    ],
)
def test_paging(query, total, text, previous, following):
    paging = at(query, total)
    assert (paging.text, paging.previous, paging.next) == (text, previous, following)


def test_the_offset_follows_the_size():
    assert at("?page=3", 100, size=10).offset == 20


def test_chips_know_their_counts_and_which_are_on():
    chips = state_chips("charge", ["charging", "paused"], chosen=["paused"], counts={"charging": 3})
    assert [(chip.value, chip.is_on, chip.count) for chip in chips] == [("charging", False, 3), ("paused", True, 0)]
