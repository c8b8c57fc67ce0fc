"""Where a delivery may go is decided when it goes: names that change their answer, and redirects, lead nobody into our own network."""

import asyncio
import socket
from datetime import UTC, datetime

import pytest

from forecourt.integrations import delivery
from forecourt.integrations.models import WebhookEntry
from forecourt.integrations.operations.delivering import lease_batches, record_outcomes
from forecourt.integrations.tests.factories import make_credential
from forecourt.integrations.tests.receiver import make_entries, make_webhook
from forecourt.kit import outside

AT = datetime(2026, 11, 2, tzinfo=UTC)
PUBLIC = "93.184.215.14"


@pytest.fixture
def inside():
    """A server of our own network that nobody may reach from outside."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def is_untouched(server):
    try:
        server.accept()
    except BlockingIOError:
        return True
    return False


@pytest.fixture
def names(monkeypatch):
    """What `hooks.example.com` answers; every other name as ever."""
    answers, ask = [PUBLIC], socket.getaddrinfo

    def answer(host, port, *args, **kwargs):
        if host != "hooks.example.com":
            return ask(host, port, *args, **kwargs)
        return [info for address in answers for info in ask(address, port, type=socket.SOCK_STREAM)]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return answers


def entry_after_delivery(config):
    """One entry, and what became of it."""
    make_entries(config, 1)
    (batch,) = lease_batches(limit=1, is_failing=False, at=AT)

    async def send():
        async with outside.session() as client:
            return await delivery.deliver(client, batch, at=AT)

    record_outcomes([asyncio.run(send())], at=AT)
    return WebhookEntry.objects.get(config=config)


@pytest.mark.parametrize(
    "answers", [["127.0.0.1"], [PUBLIC, "127.0.0.1"], ["169.254.169.254"], ["10.0.0.7"], ["::1"], ["::ffff:127.0.0.1"]]
)
def test_a_name_that_led_outside_and_leads_home_at_delivery_is_not_connected_to(cast, inside, names, answers):
    config = make_webhook(make_credential(cast.northwind)[0], f"https://hooks.example.com:{inside.getsockname()[1]}/hook")
    names[:] = answers
    entry = entry_after_delivery(config)
    assert (entry.state, entry.attempts, entry.last_status, entry.error) == ("pending", 1, None, "This host lies in a private network.")
    assert is_untouched(inside)


def test_a_name_that_is_gone_at_delivery_fails_with_the_reason(cast, names, monkeypatch):
    config = make_webhook(make_credential(cast.northwind)[0], "https://hooks.example.com/hook")

    def gone(*args, **kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", gone)
    assert entry_after_delivery(config).error == "This host name cannot be found."


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_redirect_into_our_network_is_not_followed(cast, receiver, inside, host):
    """Not even to a host that is exempt: the receiver's program may not choose for us."""
    receiver.status, receiver.location = 302, f"http://{host}:{inside.getsockname()[1]}/"
    entry = entry_after_delivery(make_webhook(make_credential(cast.northwind)[0], receiver.url))
    assert (entry.state, entry.attempts, entry.last_status) == ("pending", 1, 302)
    assert (len(receiver.requests), is_untouched(inside)) == (1, True)
