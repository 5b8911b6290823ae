"""A Redis with a password, and one that is encrypted."""

import subprocess
from pathlib import Path

import pytest

from tests.integration.client.conftest import Connect, Serve
from tests.integration.client.redis_server import RedisServer

PASSWORD = "s3cr3tW0rd"


def test_a_password_opens_it(connect: Connect, tmp_path: Path, serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    server, api = RedisServer(tmp_path, "--requirepass", PASSWORD), serve()
    server.start()
    try:
        for _ in range(2):
            connect(api, f"redis://:{PASSWORD}@127.0.0.1:{server.port}/1").metrics.flow(days=7)
        assert len(api.asked) == 1
        assert not caplog.records
        connect(api, f"redis://:{PASSWORD}-wrong@127.0.0.1:{server.port}/1").metrics.flow(days=7)
        assert len(api.asked) == 2
        assert "AuthenticationError" in caplog.text
        assert PASSWORD not in caplog.text
    finally:
        server.stop()


def test_it_may_be_encrypted(connect: Connect, tmp_path: Path, serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    making = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    making += ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*making, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    files = ["--tls-cert-file", str(certificate), "--tls-key-file", str(key), "--tls-auth-clients", "no"]
    server, api = RedisServer(tmp_path, *files, encrypted=True), serve()
    server.start()
    try:
        for _ in range(2):
            connect(api, f"rediss://127.0.0.1:{server.port}/0?ssl_ca_certs={certificate}").metrics.flow(days=7)
        assert len(api.asked) == 1
        assert not caplog.records
        connect(api, f"rediss://127.0.0.1:{server.port}/0").metrics.flow(days=7)  # a certificate nobody vouches for
        assert len(api.asked) == 2
    finally:
        server.stop()
