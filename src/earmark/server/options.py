"""Everything that can be set about a server, with the usual values.

Each setting is told here once: `earmark serve` makes its options of these fields, the environment
has their variables, and the table in docs/server.md is written from them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_type_hints

from earmark.types import MediaKind

MEGABYTE = 1 << 20
_META = "setting"


@dataclass(frozen=True, slots=True)
class Setting:
    """What a user can set: one field of the options, or of their limits."""

    name: str
    """Of the field."""
    kind: Any
    """The type of its values."""
    usual: Any
    meaning: str
    metavar: str | None
    """What stands for a value; None where there is none to be given."""
    least: float | None
    flag: str
    is_limit: bool
    """Whether it is a field of the limits."""

    @property
    def variable(self) -> str:
        """The environment variable that sets it; several values have spaces between them."""
        name = self.flag.removeprefix("--") if self.usual != () else self.name
        return "EARMARK_" + name.replace("-", "_").upper()


def _told(
    meaning: str,
    metavar: str | None = None,
    *,
    least: float | None = None,
    flag: str | None = None,
) -> dict[str, Any]:
    """Return what makes a field a setting; unless given, its flag has its name."""
    return {_META: {"meaning": meaning, "metavar": metavar, "least": least, "flag": flag}}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a client may take."""

    per_minute: int = field(
        default=600,
        metadata=_told(
            "Requests that each client, by its key or else its address, may send in a minute; 0 "
            "for any number.",
            "N",
            least=0,
            flag="--rate",
        ),
    )
    clip_mb: int = field(default=32, metadata=_told("The largest clip.", "MB", least=1))
    upload_mb: int = field(
        default=512,
        metadata=_told(
            "The largest request that adds tracks or has a recording scanned.", "MB", least=1
        ),
    )
    track_hours: float = field(
        default=6.0,
        metadata=_told(
            "The longest recording that is added or scanned; 0 for any length.", "HOURS", least=0
        ),
    )
    body_s: float = field(
        default=10.0,
        metadata=_told(
            "How long a client may take to send the next piece of a body.", "SECONDS", least=0.1
        ),
    )
    least_kb_per_s: float = field(
        default=16.0,
        metadata=_told(
            "How fast a body must come on the whole, after a grace of --body-s, in kB a second.",
            "KB",
            least=0,
        ),
    )
    head_s: float = field(
        default=10.0,
        metadata=_told(
            "How long a client may take to send the head of a request.", "SECONDS", least=0.1
        ),
    )
    decode_s: float = field(
        default=20.0,
        metadata=_told(
            "Time on a processor, and by the clock, that decoding a clip or an excerpt may take.",
            "SECONDS",
            least=0.1,
        ),
    )
    decode_mb: int = field(
        default=1024,
        metadata=_told("What a process that decodes may take of the memory.", "MB", least=256),
    )
    task_mb: int = field(
        default=4096,
        metadata=_told("What a process that works off tasks may take of it.", "MB", least=512),
    )
    task_s: float = field(
        default=3600.0,
        metadata=_told("How long a task may take before it is tried again.", "SECONDS", least=1),
    )
    waiting: int = field(
        default=64,
        metadata=_told("Clips that wait for a processor before others are refused.", "N", least=0),
    )
    queued: int = field(
        default=1000, metadata=_told("Tasks that may wait before others are refused.", "N", least=1)
    )
    scans_mb: int = field(
        default=4096,
        metadata=_told(
            "What scanned recordings may take of the disk, which are kept to be listened to as "
            "long as their results; the oldest go first.",
            "MB",
            least=0,
        ),
    )
    trash_mb: int = field(
        default=2048,
        metadata=_told(
            "What deleted tracks may take of the disk, which are kept to be restored; the oldest "
            "go first.",
            "MB",
            least=0,
        ),
    )
    listeners: int = field(default=200, metadata=_told("Live connections at a time.", "N", least=0))
    encoded_listeners: int = field(
        default=16,
        metadata=_told(
            "Those of them that send encoded sound: each has a process of its own.", "N", least=0
        ),
    )
    listen_hours: float = field(
        default=12.0, metadata=_told("How long a live connection may last.", "HOURS", least=0.001)
    )
    idle_s: float = field(
        default=30.0,
        metadata=_told("How long a live connection may send nothing.", "SECONDS", least=1),
    )
    connections: int = field(
        default=2000, metadata=_told("Connections at a time, of any kind.", "N", least=1)
    )
    monitors: int = field(
        default=16,
        metadata=_told(
            "Stations that are listened to; each takes a share of a processor.", "N", least=0
        ),
    )


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """How a server runs."""

    library: str = field(repr=False)
    """Location of the library."""
    state: Path
    """Folder of the server's own files: keys, tasks, uploads."""
    create: bool = field(default=False, metadata=_told("Make the library if there is none."))
    host: str = field(
        default="127.0.0.1",
        metadata=_told(
            "The address to listen at. Others than this machine's own need a key.", "ADDRESS"
        ),
    )
    port: int = field(
        default=8765, metadata=_told("The port; 0 for any that is free.", "PORT", least=0)
    )
    workers: int = field(default=1, metadata=_told("Processes that work off tasks.", "N", least=1))
    media: MediaKind = field(
        default=MediaKind.PREVIEW,
        metadata=_told(
            "What to keep of the sound of tracks that are sent, for listening: a small preview "
            "(12.5 MB an hour), a copy of the file, or, as a reference, nothing."
        ),
    )
    keep_hours: float = field(
        default=24.0, metadata=_told("How long the results of tasks are kept.", "HOURS", least=0)
    )
    trash_hours: float = field(
        default=24.0,
        metadata=_told(
            "How long a deleted track can be restored; 0 for not at all.", "HOURS", least=0
        ),
    )
    session_hours: float = field(
        default=24.0, metadata=_told("How long a browser's session lasts.", "HOURS", least=0.001)
    )
    shutdown_s: float = field(
        default=30.0,
        metadata=_told(
            "How long a server that is told to end waits for what is under way.", "SECONDS", least=0
        ),
    )
    allow_anonymous: bool = field(
        default=False,
        metadata=_told("Let everybody in who can reach the server, also from other machines."),
    )
    allowed_hosts: tuple[str, ...] = field(
        default=(),
        metadata=_told(
            "A name under which a server without keys may be asked; may be repeated.",
            "NAME",
            flag="--allowed-host",
        ),
    )
    allowed_origins: tuple[str, ...] = field(
        default=(),
        metadata=_told(
            "A site, as https://music.example, whose pages may use the server; may be repeated.",
            "ORIGIN",
            flag="--allowed-origin",
        ),
    )
    trusted_proxies: tuple[str, ...] = field(
        default=(),
        metadata=_told(
            "An address or a network of proxies whose X-Forwarded-For is believed; may be "
            "repeated.",
            "NETWORK",
            flag="--trusted-proxy",
        ),
    )
    tls_cert: Path | None = field(default=None, metadata=_told("A certificate, for HTTPS.", "FILE"))
    tls_key: Path | None = field(default=None, metadata=_told("Its private key.", "FILE"))
    tls_self_signed: bool = field(
        default=False,
        metadata=_told("HTTPS with a certificate of the server's own, of which browsers warn."),
    )
    operations: str | None = field(
        default=None,
        repr=False,
        metadata=_told(
            "The store of plays that /airplay tells of, and that monitors write: a file, or an "
            "address in PostgreSQL.",
            "FILE",
        ),
    )
    keep_days: float = field(
        default=0.0,
        metadata=_told("How long plays are kept in that store; 0 for good.", "DAYS", least=0),
    )
    monitor_private: bool = field(
        default=False,
        metadata=_told("Let monitors go to addresses of private networks and of this machine."),
    )
    limits: Limits = Limits()

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in {"localhost", "::1"} or self.host.startswith("127.")

    @property
    def is_encrypted(self) -> bool:
        """Whether it speaks HTTPS."""
        return self.tls_cert is not None or self.tls_self_signed


def settings() -> Iterator[Setting]:
    """Yield every setting, those of the server first."""
    for owner in (ServerOptions, Limits):
        kinds = get_type_hints(owner)
        for one in fields(owner):
            if told := one.metadata.get(_META):
                yield Setting(
                    name=one.name,
                    kind=kinds[one.name],
                    usual=one.default,
                    meaning=told["meaning"],
                    metavar=told["metavar"],
                    least=told["least"],
                    flag=told["flag"] or "--" + one.name.replace("_", "-"),
                    is_limit=owner is Limits,
                )
