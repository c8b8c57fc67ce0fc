"""The engine on the worked tables of docs/domains/pricing.md, and one test for each sentence beside them."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from forecourt.kit.money import Money
from forecourt.pricing import rules
from forecourt.pricing.tests.usages import T, figures, minutes, tariff, usage

KWH = {"type": "kwh", "price": "2.5"}
STARTING = {"type": "starting", "price": "5"}
IDLE = {"type": "idle", "price": "1", "after_minutes": 15, "maximum": "100"}
FREE = {"type": "kwh", "price": "0"}
TABLE_A = [("fixed-kwh", "30", 6000, 1500, 7500), ("starting-fee", "1", 400, 100, 500), ("idle-fee", "5", 400, 100, 500)]


def priced(used: rules.Usage, *stored: Mapping[str, object], **options: Any) -> list[tuple[str, str, int, int, int]]:
    return figures(rules.price(used, tariff(*stored, **options)))


def test_table_a_vat_included():
    assert priced(usage(release=20 + 59 / 60), KWH, STARTING, IDLE) == TABLE_A


def test_table_b_discount_and_highest_price():
    discounts = (rules.Discount(Decimal(10)),)
    lines = rules.price(usage(release=20), tariff(KWH, STARTING, IDLE, {"type": "cap", "price": "70"}, discounts=discounts))
    assert figures(lines) == [*TABLE_A, ("discount", "1", -680, -170, -850), ("adjustment", "1", -520, -130, -650)]
    assert rules.total(lines, "DKK") == rules.Total(Money(5600, "DKK"), Money(1400, "DKK"), Money(7000, "DKK"))


def test_table_c_rounding_with_vat_included():
    assert priced(usage(wh=7333), {"type": "kwh", "price": "3.19"}) == [("fixed-kwh", "7.333", 1871, 468, 2339)]


def test_table_d_rounding_without_vat():
    assert priced(usage(wh=7333), {"type": "kwh", "price": "3.19"}, included=False) == [("fixed-kwh", "7.333", 2339, 585, 2924)]


def test_table_e_idle_fee_with_a_maximum():
    assert priced(usage(release=180), FREE, IDLE) == [("idle-fee", "165", 8000, 2000, 10_000)]


def test_table_f_halves_are_rounded_away_from_zero():
    assert priced(usage(wh=500), {"type": "kwh", "price": "0.01"}) == [("fixed-kwh", "0.5", 1, 0, 1)]


def test_table_g_a_currency_without_minor_units():
    lines = priced(usage(wh=10_500), {"type": "kwh", "price": "45.5"}, currency="ISK", vat=Decimal("0.24"))
    assert lines == [("fixed-kwh", "10.5", 385, 93, 478)]


def test_table_h_by_the_hour():
    used = usage(release=20)
    buckets = rules.split(rules.price(used, tariff(KWH, STARTING, IDLE)), used)
    shares = [(bucket.from_at, [(part.line.kind.value, part.gross.minor) for part in bucket.parts]) for bucket in buckets]
    assert shares == [(T, [("fixed-kwh", 7500), ("starting-fee", 500)]), (T + minutes(60), [("idle-fee", 500)])]


def test_a_free_charge_has_no_lines():
    assert rules.price(usage(), tariff(FREE)) == ()


def test_the_time_price_counts_whole_minutes_from_start_to_stop():
    assert priced(usage(charging=60, idle=9.99), {"type": "min", "price": "0.5"}) == [("duration-fee", "69", 2760, 690, 3450)]


def test_only_the_master_price_is_master():
    lines = rules.price(usage(), tariff({"type": "min", "price": "1"}, {"type": "minute", "price": "1"}))
    assert [(line.kind.value, line.is_master) for line in lines] == [("duration-fee", True), ("duration-fee", False)]


@pytest.mark.parametrize(("lasted", "fees"), [(59.9, 0), (60, 1), (600, 1)])
def test_the_charging_fee_is_due_once_after_its_minutes(lasted, fees):
    assert len(priced(usage(charging=lasted), FREE, {"type": "charging", "price": "10", "after_minutes": 60})) == fees


@pytest.mark.parametrize(("ends_early", "quantity"), [(True, "30"), (False, "55")])
def test_the_minute_fee_ends_at_full_charge_or_at_release(ends_early, quantity):
    fee = {"type": "minute", "price": "1", "after_minutes": 30, "ends_at_fully_charged": ends_early}
    assert priced(usage(charging=60, idle=10, release=25), FREE, fee)[0][1] == quantity


def test_one_off_fees_are_not_due_without_energy_but_the_place_is_paid_for():
    lines = priced(usage(wh=0, release=30), KWH, STARTING, {"type": "charging", "price": "10"}, IDLE)
    assert lines == [("idle-fee", "15", 1200, 300, 1500)]


def test_a_release_counts_only_where_the_station_reports_releases():
    used = replace(usage(idle=20, release=120), reports_release=False)
    assert priced(used, FREE, IDLE) == [("idle-fee", "5", 400, 100, 500)]


def test_no_idle_fee_while_energy_flows():
    used = replace(usage(charging=300), charging_ended_at=None)
    assert rules.price(used, tariff(FREE, IDLE)) == ()


def test_lines_say_from_when_until_when():
    energy, idle = rules.price(usage(idle=5, release=20), tariff(KWH, IDLE))
    assert (energy.from_at, energy.until_at) == (T, T + minutes(60))
    assert (idle.from_at, idle.until_at) == (T + minutes(75), T + minutes(80))


def test_a_description_and_tag_stay_with_the_line():
    (line,) = rules.price(usage(), tariff({"type": "kwh", "price": "1", "description": "Green power", "tag_id": 7}))
    assert (line.description, line.tag_id) == ("Green power", 7)


def test_the_price_limit_is_reached_at_the_same_price_as_the_final_one():
    used = usage(wh=4_000)
    assert rules.running(used, tariff(KWH)) == Money(1000, "DKK")
    assert rules.reached(Money(1000, "DKK"), used, tariff(KWH))
    assert not rules.reached(Money(1001, "DKK"), used, tariff(KWH))


@pytest.mark.parametrize(
    ("stored", "runs_on"),
    [
        (IDLE, True),
        ({"type": "idle", "price": "0"}, False),
        ({"type": "minute", "price": "1"}, True),
        ({"type": "minute", "price": "1", "ends_at_fully_charged": True}, False),
        (STARTING, False),
    ],
)
def test_which_fees_run_on_after_the_stop(stored, runs_on):
    assert rules.runs_on_after_stop(rules.parse_components([KWH, stored])) is runs_on


@pytest.mark.parametrize(
    "stored",
    [
        {"type": "moon", "price": "1"},
        {"type": "kwh"},
        {"type": "kwh", "price": 2.5},
        {"type": "kwh", "price": "NaN"},
        {"type": "kwh", "price": "much"},
        {"type": "kwh", "price": "1", "after_minutes": 3},
        {"type": "idle", "price": "1", "after_minutes": "3"},
        {"type": "idle", "price": "1", "maximum": None},
        {"price": "1"},
    ],
)
def test_components_that_the_engine_does_not_know_are_refused(stored):
    with pytest.raises(rules.Malformed):
        rules.parse_components([stored])


def test_stored_discounts_become_discounts():
    stored = [{"percent": "12.5", "description": "Loyal"}, {"percent": "5"}]
    assert rules.parse_discounts(stored) == (rules.Discount(Decimal("12.5"), "Loyal"), rules.Discount(Decimal(5), "Discount"))
