"""Whatever happens to reservations and starts, in whatever order: no money and no charge point stays held after the charge has ended."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecourt.billing import operations as billing
from forecourt.charging import operations
from forecourt.charging.models import Charge
from forecourt.charging.tests.factories import AT, make_place, stop
from forecourt.kit.errors import DomainError
from forecourt.ledger import queries as ledger
from forecourt.ledger.models import Hold
from forecourt.network.intents import CommandAnswer
from forecourt.network.models import ChargePoint, Command

STEPS = (
    "reserve", "ask", "restart", "give up", "key", "remote", "replayed remote", "refuse", "time", "long time", "three days", "stop", "settle",
)  # fmt: skip
PASSES = {"time": 1, "long time": 20, "three days": 3 * 24 * 60}  # minutes
BEGINNINGS = ("ask", "reserve", "key"), ("time", "restart", "refuse", "give up", "ask"), ("remote", "replayed remote", "key", "long time")
steps = st.tuples(st.sampled_from(STEPS), st.sampled_from((0, 0, 0, 1, 2)))
tails = st.lists(steps, max_size=8)
plans = st.tuples(*(st.tuples(st.sampled_from(one), st.just(0)) for one in BEGINNINGS), tails).map(lambda plan: [*plan[:-1], *plan[-1]])


class Street:
    """One charge point, a clock that goes on by ten seconds a step, and what may happen there."""

    def __init__(self, cast, place):
        self.cast, self.place, self.at = cast, place, AT

    def do(self, step, which):
        self.at += timedelta(seconds=10)
        match step:
            case "reserve" | "ask":
                begin = operations.reserve if step == "reserve" else operations.request_start
                begin(actor=self.cast.actor("ada"), charge_point=self.place.point, payer_team=self.cast.hotel, at=self.at)
            case "restart" if charge := self.pick(which):
                operations.restart(actor=self.cast.actor("ada"), charge=charge, at=self.at)
            case "give up" if charge := self.pick(which):
                operations.request_stop(actor=self.cast.actor("ada"), charge=charge, at=self.at)
            case "key":
                self.start(self.place.key.identifier, self.at)
            case "remote" | "replayed remote" if (charge := self.pick(which)) and charge.remote_id_tag:
                self.start(charge.remote_id_tag, self.at - timedelta(minutes=5 if step == "replayed remote" else 0))
            case "refuse":
                answers = [CommandAnswer(id, "rejected", None, self.at) for id in Command.objects.values_list("pk", flat=True)]
                operations.note_command_answers(answers)
            case "time" | "long time" | "three days":
                self.at += timedelta(minutes=PASSES[step])
                operations.expire_charges(at=self.at)
                operations.follow_unstopped(at=self.at)
                operations.end_lost_charges(at=self.at)
            case "stop":
                self.stop_all()
            case "settle":
                self.settle()

    def pick(self, which):
        return Charge.objects.order_by("-id")[which : which + 1].first()

    def start(self, tag, at):
        assert operations.start_charges([self.place.start(tag=tag, at=at)], recorded_at=self.at)[0].refused is None

    def stop_all(self):
        running = Charge.objects.filter(started_at__isnull=False, completed_at=None).exclude(state="completed")
        stops = [stop(self.place.station, charge.transaction_id or "", 3000, at=self.at) for charge in running]
        operations.stop_charges(stops, recorded_at=self.at)

    def settle(self):
        operations.settle_unreleased(at=self.at)
        billing.settle(list(Charge.objects.values_list("pk", flat=True)), at=self.at)

    def end(self):
        self.at += timedelta(hours=1)
        operations.expire_charges(at=self.at)
        self.stop_all()
        self.at += timedelta(hours=13)
        self.settle()

    def check(self):
        promised = Charge.objects.filter(state__in=("reserved", "starting")).exists()
        assert ChargePoint.objects.get(pk=self.place.point.pk).held_for == ("reserved" if promised else None)
        open_keys = Hold.objects.filter(released_at=None).values_list("key", flat=True)
        holders = Charge.objects.filter(pk__in=[int(key.split(":")[1]) for key in open_keys])
        assert not holders.filter(state="completed").exists()
        assert sum(holders.values_list("held_minor", flat=True)) == self.reserved_minor()

    def reserved_minor(self):
        return ledger.balances([self.place.wallet.pk])[self.place.wallet.pk].reserved_minor


@pytest.fixture
def street(cast):
    """A payer who can hold money for two charges."""
    return Street(cast, make_place(cast, funds_minor=14_000))


@pytest.mark.slow
@settings(max_examples=50, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plans)
def test_nothing_stays_held_however_a_charge_ends(street, plan):
    with transaction.atomic():
        street.at = AT
        for step, which in plan:
            try:
                with transaction.atomic():
                    street.do(step, which)
            except DomainError:
                pass  # refused: nothing may have changed
            street.check()
        street.end()
        street.check()
        assert not Charge.objects.exclude(state="completed").exists()
        assert not Hold.objects.filter(released_at=None).exists()
        assert street.reserved_minor() == 0
        assert ledger.problems() == []
        transaction.set_rollback(True)
