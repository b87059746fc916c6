"""Everything that can be set about a server, with the usual values; `earmark serve` fills it in."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What a client may take."""

    clip_mb: int = 32
    """Megabytes of a clip, like the next."""
    upload_mb: int = 512
    """Of a request that adds tracks or has a recording scanned."""
    track_hours: float = 6.0
    """Length of a recording that is added or scanned."""
    body_s: float = 10.0
    """How long a client may take to send the next piece of a body."""
    least_kb_per_s: float = 16.0
    """How fast a body must come on the whole, after a grace of `body_s`."""
    head_s: float = 10.0
    """How long a client may take to send the head of a request."""
    decode_s: float = 20.0
    """Time on a processor, and by the clock, that decoding a clip may take."""
    decode_mb: int = 1024
    """Memory that a process which decodes may take."""
    task_mb: int = 4096
    """Memory that a process which works off tasks may take."""
    task_s: float = 3600.0
    """Time that a task may take before it is tried again."""
    waiting: int = 64
    """Clips that wait for a processor before others are refused."""
    queued: int = 1000
    """Tasks that wait before others are refused."""
    per_minute: int = 600
    """Requests of one client, by its key or else its address; 0: any number."""
    listeners: int = 200
    """Live connections."""
    encoded_listeners: int = 16
    """Those of them that send encoded sound: each has a process of its own."""
    listen_hours: float = 12.0
    """Length of a live connection."""
    idle_s: float = 30.0
    """How long a live connection may send nothing."""
    connections: int = 2000
    monitors: int = 16
    """Stations that are listened to; each takes a share of a processor."""
    scans_mb: int = 4096
    """Megabytes of scanned recordings that are kept as long as their results, to be listened to;
    the oldest go first."""
    trash_mb: int = 2048
    """Megabytes of deleted tracks that are kept to be restored; the oldest go first."""


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """How a server runs."""

    library: str = field(repr=False)
    """Location of the library."""
    state: Path
    """Folder of the server's own files: keys, tasks, uploads."""
    host: str = "127.0.0.1"
    port: int = 8765
    workers: int = 1
    """Processes that work off tasks."""
    keep_hours: float = 24.0
    """How long the results of tasks are kept."""
    trash_hours: float = 24.0
    """How long a deleted track can be restored; 0: not at all."""
    session_hours: float = 24.0
    """How long a browser's session lasts."""
    shutdown_s: float = 30.0
    """How long a server that is told to stop waits for what is under way."""
    allow_anonymous: bool = False
    """Listen on other addresses than loopback although there are no keys."""
    allowed_hosts: tuple[str, ...] = ()
    """Names under which a server without keys may be asked, beside its address."""
    allowed_origins: tuple[str, ...] = ()
    """Sites whose pages may use the server from a browser."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks whose `X-Forwarded-For` is believed."""
    tls_cert: Path | None = None
    tls_key: Path | None = None
    tls_self_signed: bool = False
    """Speak HTTPS with a certificate of the server's own."""
    operations: str | None = field(default=None, repr=False)
    """The store of plays, if there is one."""
    monitor_private: bool = False
    """Let monitors go to addresses of private networks, and of this machine."""
    limits: Limits = Limits()

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in {"localhost", "::1"} or self.host.startswith("127.")
