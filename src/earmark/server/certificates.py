"""A certificate that the server signs itself, for HTTPS where nobody else vouches for it.

Browsers warn of it, and go on when they are told to; what they then send is encrypted, and they
give pages the microphone, which they do over HTTPS only.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from earmark.errors import MissingExtraError, ServerStateError

if TYPE_CHECKING:
    from cryptography import x509

    from earmark.server.options import ServerOptions

LASTS = timedelta(days=397)
"""Some browsers take none that lasts for longer."""

RENEWED = timedelta(days=30)
"""So long before its end, a new one is made."""

LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate and its key, as files."""

    cert: Path
    key: Path


def self_signed(options: ServerOptions) -> Certificate:
    """Return the certificate of a server; make one if there is none that fits and lasts.

    Raises:
        MissingExtraError: the extra `tls` is not installed.
        ServerStateError: its files cannot be written.
    """
    folder = options.state / "tls"
    found = Certificate(folder / "cert.pem", folder / "key.pem")
    names = names_of(options)
    try:
        if not _fits(found, names):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _make(found, names)
    except ModuleNotFoundError as error:
        what = "a certificate of the server's own"
        raise MissingExtraError(what, "tls") from error
    except OSError as error:
        raise ServerStateError(str(folder), error.strerror or str(error)) from error
    return found


def names_of(options: ServerOptions) -> list[str]:
    """Return the names and addresses under which a server may be asked."""
    names = {*LOOPBACK, socket.gethostname(), options.host, *options.allowed_hosts}
    return sorted(name for name in names if name.isascii() and not _is_any(name))


def _is_any(name: str) -> bool:
    """Whether this stands for all addresses of a machine, or for nothing."""
    return name in {"", "0.0.0.0", "::"}  # noqa: S104 - what is left out


def _fits(found: Certificate, names: list[str]) -> bool:
    """Whether a certificate is there, of these names, and lasts for a while."""
    from cryptography import x509  # noqa: PLC0415 - an extra

    if not (found.cert.exists() and found.key.exists()):
        return False
    try:
        cert = x509.load_pem_x509_certificate(found.cert.read_bytes())
        held = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return False
    lasts = cert.not_valid_after_utc - datetime.now(UTC) > RENEWED
    return lasts and list(held) == [_general(name) for name in names]


def _make(place: Certificate, names: list[str]) -> None:
    """Write a new key and its certificate; the key first, which only the owner may read."""
    from cryptography import x509  # noqa: PLC0415 - an extra
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Earmark")])
    now = datetime.now(UTC)
    cert = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))  # clocks differ
        .not_valid_after(now + LASTS)
        .add_extension(x509.SubjectAlternativeName(map(_general, names)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    _write(place.key, secret)
    _write(place.cert, cert.public_bytes(serialization.Encoding.PEM))


def _general(name: str) -> x509.GeneralName:
    """Return a name or an address as a certificate has it."""
    from cryptography import x509  # noqa: PLC0415 - an extra

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write(path: Path, data: bytes) -> None:
    """Replace a file by one that only its owner may read."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    new.replace(path)
