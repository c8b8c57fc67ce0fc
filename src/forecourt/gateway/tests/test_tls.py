"""Security profile 2: TLS 1.2 or newer, with the same password inside."""

import ssl
import subprocess
from pathlib import Path

import pytest

from forecourt.gateway.config import CONFIG
from forecourt.gateway.server import _tls


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = {"key": tmp_path / "key.pem", "certificate": tmp_path / "certificate.pem"}
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", files["key"], "-out", files["certificate"]],
        check=True, capture_output=True,
    )  # fmt: skip
    monkeypatch.setattr(CONFIG, "tls_certificate", str(files["certificate"]))
    monkeypatch.setattr(CONFIG, "tls_key", str(files["key"]))
    return files["certificate"]


def test_a_station_connects_over_tls(certificate: Path, running) -> None:
    trust = ssl.create_default_context(cafile=str(certificate))
    station = running.connect("CP1", scheme="wss", ssl=trust)
    assert (
        station.call("StartTransaction", {"connectorId": 1, "idTag": "KEY1", "meterStart": 0, "timestamp": "2026-11-22T10:00:00Z"})[0] == 3
    )


def test_old_tls_is_refused(certificate: Path) -> None:
    context = _tls()
    assert context is not None
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_without_a_certificate_there_is_no_tls() -> None:
    assert _tls() is None
