"""The operations page, through HTTP."""

from datetime import timedelta

import pytest
from django.db import connection

from forecourt.gateway.models import GatewayProcess
from forecourt.kit import clock
from forecourt.kit.models import OutboxRow

TENANTS = ["ada", "oscar", "bea", "sven", "sue", "tom", "dora", "eve"]
ADDRESS = "/platform/operations"


def make_row(reaction="billing.settle_charges", *, is_set_aside=True):
    at = clock.now() if is_set_aside else None
    return OutboxRow.objects.create(
        kind="charging.charge_ready_to_settle", reaction=reaction, payload={"charge_id": 7}, set_aside_at=at, error="RateMissing: no rate"
    )


@pytest.fixture
def support(cast):
    cast.bea.platform_role = "support"
    cast.bea.save()
    return cast.client("bea")


@pytest.mark.parametrize(("who", "status"), [("root", 200), *((name, 403) for name in TENANTS), (None, 302)])
def test_only_the_platforms_people_see_how_it_runs(cast, who, status):
    assert cast.client(who).get(ADDRESS).status_code == status


@pytest.mark.parametrize(("who", "status"), [("root", 303), *((name, 403) for name in TENANTS), (None, 302)])
def test_only_an_administrator_retries(cast, who, status):
    make_row()
    assert cast.client(who).post(f"{ADDRESS}/retry").status_code == status
    assert OutboxRow.objects.filter(set_aside_at=None).exists() == (status == 303)


def test_support_looks_and_the_button_says_why_it_is_grey(support):
    make_row()
    assert "Platform: manage" in support.get(ADDRESS).content.decode()
    assert support.post(f"{ADDRESS}/retry").status_code == 403
    assert OutboxRow.objects.filter(set_aside_at__isnull=False).count() == 1


def test_what_waits_is_counted_per_reaction_with_its_age(cast):
    OutboxRow.objects.all().delete()
    old = make_row(is_set_aside=False)
    OutboxRow.objects.filter(pk=old.pk).update(created_at=clock.now() - timedelta(hours=3))
    make_row(is_set_aside=False)
    make_row("dashboards.roll_up", is_set_aside=False)
    waiting = cast.client("root").get(ADDRESS).context["waiting"]
    assert [(row.reaction, row.count) for row in waiting] == [("billing.settle_charges", 2), ("dashboards.roll_up", 1)]
    assert clock.now() - waiting[0].oldest_at > timedelta(hours=2)


def test_one_is_retried_alone_with_its_error_shown_before(cast):
    first, second = make_row(), make_row()
    root = cast.client("root")
    assert "RateMissing: no rate" in root.get(ADDRESS).content.decode()
    root.post(f"{ADDRESS}/retry", {"id": first.pk})
    assert list(OutboxRow.objects.filter(set_aside_at__isnull=False)) == [second]


@pytest.mark.parametrize("id", ["x", "-1", "9" * 30])
def test_nonsense_retries_nothing(cast, id):
    make_row()
    assert cast.client("root").post(f"{ADDRESS}/retry", {"id": id}).status_code == 404
    assert OutboxRow.objects.filter(set_aside_at__isnull=False).count() == 1


def test_a_gateway_is_alive_while_its_heartbeat_is_fresh(cast):
    now = clock.now()
    for name, ago, stopped_at in (("fresh:1", 5, None), ("dead:2", 60, None), ("ended:3", 60, now)):
        beat = now - timedelta(seconds=ago)
        GatewayProcess.objects.create(
            name=name, address="10.0.0.1:9000", started_at=beat, heartbeat_at=beat, stopped_at=stopped_at, connections=7
        )
    gateways = cast.client("root").get(ADDRESS).context["gateways"]
    assert [(row.name, row.is_alive, row.connections) for row in gateways] == [("fresh:1", True, 7), ("dead:2", False, 7)]


def test_jobs_are_counted_and_failed_ones_listed(cast):
    with connection.cursor() as cursor:
        for status, task in (("failed", "forecourt.notifications.jobs.send_emails"), ("todo", "a"), ("todo", "b"), ("succeeded", "c")):
            cursor.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts) VALUES ('default', %s, '{}', %s, 1)",
                [task, status],
            )
    context = cast.client("root").get(ADDRESS).context
    assert context["jobs"] == [("waiting", 2), ("done", 1), ("failed", 1)]
    assert [row.task for row in context["failed_jobs"]] == ["notifications.jobs.send_emails"]
