"""Several processes on one port, and nobody else beside them."""

import socket

from forecourt.gateway.config import CONFIG
from forecourt.gateway.server import _listener, check


def taken(monkeypatch, *, is_shared: bool) -> socket.socket:
    listener = _listener("127.0.0.1", 0, is_shared=is_shared)
    listener.listen()
    monkeypatch.setattr(CONFIG, "bind", "127.0.0.1")
    monkeypatch.setattr(CONFIG, "port", listener.getsockname()[1])
    return listener


def test_processes_of_one_gateway_share_the_port(monkeypatch):
    with taken(monkeypatch, is_shared=True), _listener(CONFIG.bind, CONFIG.port, is_shared=True) as second:
        second.listen()
        assert second.getsockname()[1] == CONFIG.port


def test_a_port_that_somebody_has_is_refused_before_it_is_shared(monkeypatch, capsys):
    for is_shared in (True, False):
        with taken(monkeypatch, is_shared=is_shared):
            assert check() == 2
            assert capsys.readouterr().err == (f"The gateway cannot listen on 127.0.0.1:{CONFIG.port}: [Errno 98] Address already in use\n")
    assert check() == 0


def test_a_certificate_that_cannot_be_read_is_refused_too(monkeypatch, capsys):
    monkeypatch.setattr(CONFIG, "port", 0)
    monkeypatch.setattr(CONFIG, "tls_certificate", "/nowhere.pem")
    assert check() == 2
    assert "No such file" in capsys.readouterr().err
