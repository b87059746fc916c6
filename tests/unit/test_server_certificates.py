from __future__ import annotations

import ssl
import sys
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from earmark.errors import MissingExtraError, UsageError
from earmark.server import certificates
from earmark.server.certificates import names_of, self_signed
from earmark.server.options import ServerOptions
from earmark.server.run import made
from tests.serving import make_options, running


def options_in(folder: Path, **changes: object) -> ServerOptions:
    """The options of a server that nobody starts."""
    return ServerOptions("memory:", folder, **changes)  # type: ignore[arg-type]


def test_a_server_speaks_https_with_its_own_certificate(tmp_path: Path) -> None:
    """Whoever trusts it finds it good under the server's address."""
    options = make_options(tmp_path, tls_self_signed=True)
    with running(options) as server:
        trusting = ssl.create_default_context(cafile=options.state / "tls" / "cert.pem")
        url = server.url.replace("http", "https", 1)
        assert httpx.get(f"{url}/health", verify=trusting).json() == {"status": "ok"}
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{url}/health")


def test_a_certificate_is_kept(tmp_path: Path) -> None:
    """Who has told a browser to trust it is not asked again; only its owner reads the key."""
    first = self_signed(options_in(tmp_path))
    before = first.cert.read_bytes()
    assert self_signed(options_in(tmp_path)) == first
    assert first.cert.read_bytes() == before
    assert first.key.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("torn", [False, True])
def test_one_that_does_not_fit_is_replaced(tmp_path: Path, *, torn: bool) -> None:
    """It has other names, or is none."""
    first = self_signed(options_in(tmp_path))
    if torn:
        first.cert.write_text("nothing")
    before = first.cert.read_bytes()
    self_signed(options_in(tmp_path, allowed_hosts=() if torn else ("music.example",)))
    assert first.cert.read_bytes() != before


def test_one_that_ends_soon_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it does."""
    monkeypatch.setattr(certificates, "LASTS", timedelta(days=29))
    before = self_signed(options_in(tmp_path)).cert.read_bytes()
    monkeypatch.undo()
    assert self_signed(options_in(tmp_path)).cert.read_bytes() != before


def test_a_certificate_names_what_a_server_is_asked_by() -> None:
    """Its address and its names, but not the address that stands for all."""
    options = options_in(Path(), host="0.0.0.0", allowed_hosts=("music.example",))  # noqa: S104
    assert {"localhost", "127.0.0.1", "::1", "music.example"} <= set(names_of(options))
    assert "0.0.0.0" not in names_of(options)  # noqa: S104


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With how to install it."""
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(MissingExtraError, match="tls"):
        self_signed(options_in(tmp_path))


def test_two_certificates_are_refused(tmp_path: Path) -> None:
    """One of somebody else's, and the server's own."""
    files = {"tls_cert": tmp_path / "c", "tls_key": tmp_path / "k", "tls_self_signed": True}
    with (
        pytest.raises(UsageError, match="--tls-self-signed"),
        made(make_options(tmp_path, **files)),
    ):
        pass
