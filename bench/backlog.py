"""A backlog of charges that wait to be settled: the demo's visits again, as stopped charges with their outbox rows."""

import time

from bench.installation import Installation

FRESH = """
WITH made AS (
  INSERT INTO charging_charge (human_readable_id, organisation_id, operator_id, team_id, payer_organisation_id, payer_operator_id,
    payer_team_id, person_id, station_id, charge_point_id, site_id, type, state, start_source, charge_key_id, auth_type, auth_id,
    cable_plugged_in_at, started_at, stopped_at, charging_ended_at, released_at, stop_recorded_at, meter_start_wh, meter_stop_wh,
    meter_stop_reported_wh, price_group_id, price_version_id, cost_version_id, currency, vat_rate, country_id,
    time_zone, payment_method)
  SELECT 'B' || substr(md5(random()::text), 1, 11), organisation_id, operator_id, team_id, payer_organisation_id, payer_operator_id,
    payer_team_id, person_id, station_id, charge_point_id, site_id, type, 'stopped', start_source, charge_key_id, auth_type, auth_id,
    cable_plugged_in_at, started_at, stopped_at, charging_ended_at, released_at, stop_recorded_at, meter_start_wh, meter_stop_wh,
    meter_stop_reported_wh, price_group_id, price_version_id, cost_version_id, currency, vat_rate, country_id,
    time_zone, payment_method
  FROM charging_charge WHERE state = 'completed' AND failed_at IS NULL ORDER BY id LIMIT %s RETURNING id)
INSERT INTO kit_outbox (kind, reaction, payload)
SELECT 'charging.charge_ready_to_settle', 'billing.settle_charges', jsonb_build_object('charge_id', id) FROM made
"""


def make(installation: Installation, count: int) -> None:
    with installation.connect() as connection:
        connection.execute(FRESH, [count])


def waiting(installation: Installation) -> int:
    with installation.connect() as connection:
        row = connection.execute("SELECT count(*) FROM kit_outbox WHERE set_aside_at IS NULL").fetchone()
    assert row
    return int(row[0])


def seconds_to_drain(installation: Installation, *, at_most: float = 300) -> float:
    """Until nothing waits: settled, and rolled up."""
    begun = time.monotonic()
    while waiting(installation):
        if time.monotonic() - begun > at_most:
            raise RuntimeError("the outbox was not drained in time")
        time.sleep(0.1)
    return time.monotonic() - begun
