"""`earmark monitor`."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import style

from earmark.cli import text
from earmark.cli.edge import FAILED, FOUND, NONE_FOUND, opened
from earmark.cli.first_use import announce_compiling
from earmark.cli.options import (
    USUAL,
    DebugOption,
    FarOption,
    JsonOption,
    LadderOption,
    LibraryOption,
)
from earmark.params import QueryParams
from earmark.settings import OPERATIONS_VARIABLE, WEBHOOK_SECRET_VARIABLE, webhook_secret

if TYPE_CHECKING:
    from earmark.live.events import Event, Pulse
    from earmark.operations.base import Operations
    from earmark.sources import Client

MARKS = {
    "track_started": ("▶", "green"),
    "track_ended": ("■", "blue"),
    "disconnected": ("!", "yellow"),
    "failed": ("!", "red"),
}

OperationsOption = Annotated[
    str | None,
    typer.Option(
        "--operations",
        metavar="FILE",
        envvar=OPERATIONS_VARIABLE,
        help="The store of plays, which `earmark airplay` asks: a file, or an address in "
        "PostgreSQL; made if it is not there.",
    ),
]


def monitor(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            help="Addresses (http, https, udp, rtp), files, named pipes, or - for standard input; "
            "NAME=SOURCE names a station.",
        ),
    ],
    library: LibraryOption = None,
    *,
    log: Annotated[
        list[Path] | None,
        typer.Option("--log", metavar="FILE", help="Append events: CSV if it ends so, else JSON."),
    ] = None,
    operations: OperationsOption = None,
    keep_days: Annotated[
        int | None,
        typer.Option(min=1, metavar="DAYS", help="Forget plays in the store that are older."),
    ] = None,
    webhook: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Send events there by POST, until they are taken; signed if "
            f"{WEBHOOK_SECRET_VARIABLE} is set.",
        ),
    ] = None,
    allow_private: Annotated[
        bool,
        typer.Option(
            "--allow-private", help="Also go to addresses of private networks and this machine."
        ),
    ] = False,
    ffmpeg_urls: Annotated[
        bool,
        typer.Option(
            "--ffmpeg-urls",
            help="Let FFmpeg open rtmp, rtmps, rtsp and rtsps addresses itself. For sources that "
            "you trust: an RTSP server can send FFmpeg on to any host.",
        ),
    ] = False,
    for_s: Annotated[
        float | None,
        typer.Option("--for", min=0.1, metavar="SECONDS", help="Stop after so long."),
    ] = None,
    ladder: LadderOption = USUAL.ladder,
    far: FarOption = USUAL.far,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Listen to radio stations and other live sources, and tell which tracks they play, and when.

    Runs until all sources have ended, or until it is interrupted. Stations that break off are tried
    again. Times are in UTC. The exit code is 0 if a track was heard, 1 if none was, and 2 if none
    was and a source could not be listened to.

    For example:

        earmark monitor Rock=https://radio.example/rock Jazz=https://radio.example/jazz.m3u8
        earmark monitor --log plays.csv --operations plays.sqlite https://radio.example/live
        earmark monitor --ffmpeg-urls --allow-private Lobby=rtsp://camera.local/
    """
    if keep_days is not None and operations is None:
        message = "it is about the store of plays: name one with --operations"
        raise typer.BadParameter(message, param_hint="--keep-days")
    with opened(library, debug=debug) as open_library, ExitStack() as exits:
        from earmark.live.monitor import Monitor
        from earmark.sinks.together import Together
        from earmark.sources import AddressPolicy, Client, LiveSource

        query = QueryParams(far=far, ladder=ladder)
        wanted = [LiveSource.parse(source) for source in sources]
        client = Client(AddressPolicy(allow_private=allow_private))
        counts = _Counts(as_json=as_json)
        sinks: list[Callable[[Event], object]] = [counts]
        sinks += _logs(log or [])
        noting: list[Callable[[Pulse], object]] = []
        if operations is not None:
            store = exits.enter_context(_store(operations, [source.name for source in wanted]))
            sinks.append(_plays(store, keep_days))
            noting.append(store.note_heard)
        if webhook is not None:
            sinks.append(_webhook(exits, client, webhook))
        announce_compiling()
        open_library.warm_up()
        monitor = Monitor(
            open_library,
            wanted,
            on_event=Together(sinks, _complain),
            on_pulse=Together(noting, _complain),
            query=query,
            allow_private=allow_private,
            ffmpeg_urls=ffmpeg_urls,
        )
        with stopped_by_sigterm(), monitor as running:
            try:
                running.wait(for_s)
            except KeyboardInterrupt:
                typer.echo("stopping", err=True)
        raise typer.Exit(counts.exit_code)


@contextmanager
def stopped_by_sigterm() -> Iterator[None]:
    """Take SIGTERM for Ctrl-C in the block, whatever it does outside.

    Who stops a service sends it: what plays is to be told to have ended then, too.
    """
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        # None stands for a handler that Python did not install, and cannot put back
        signal.signal(signal.SIGTERM, signal.SIG_DFL if before is None else before)


class _Counts:
    """Prints events, and notes whether tracks, and which stations, were heard."""

    def __init__(self, *, as_json: bool) -> None:
        self._tracks = 0
        self._connected: set[str] = set()
        self._failed: set[str] = set()
        self._as_json = as_json

    def __call__(self, event: Event) -> None:
        from earmark import jsonable

        self._tracks += event.kind == "track_started"
        if event.kind == "connected":
            self._connected.add(event.station)
        unheard = event.kind == "disconnected" and event.station not in self._connected
        if unheard or event.kind == "failed":
            self._failed.add(event.station)
        if self._as_json:
            print(jsonable.dumps(jsonable.event(event)), flush=True)
        else:
            typer.echo(line(event), color=text.colour())

    @property
    def exit_code(self) -> int:
        """0 if a track was heard, else 2 if a source failed or was never there, else 1."""
        if self._tracks:
            return FOUND
        return FAILED if self._failed else NONE_FOUND


def line(event: Event) -> str:
    """Return an event as a person reads it."""
    mark, colour = MARKS.get(event.kind, ("·", "white"))
    when = text.moment(event.at)
    words = event.kind.value.replace("_", " ")
    what = text.printable(event.text) if event.text else ""
    if event.match is not None:
        metadata = event.match.track.metadata
        what = text.by_whom(metadata.title, metadata.artist)
        what += f"  ({text.in_a_word(event.match.confidence)})" if event.started_at is None else ""
    if event.started_at is not None:
        what += f"  after {text.clock((event.at - event.started_at).total_seconds())}"
    station = style(text.printable(event.station), bold=True)
    return f"{style(when, dim=True)}  {station}  {style(mark, fg=colour)} {words}  {what}".rstrip()


def _logs(paths: list[Path]) -> list[Callable[[Event], object]]:
    from earmark.sinks.logs import EventLog

    return [EventLog(path) for path in paths]


@contextmanager
def _store(location: str, stations: list[str]) -> Iterator[Operations]:
    """Open the store of plays; what a monitor that was killed left open is ended."""
    from earmark.operations.opening import open_operations

    with open_operations(location) as store:
        store.leave_open(stations)
        yield store


def _plays(store: Operations, keep_days: int | None) -> Callable[[Event], object]:
    from earmark.operations.recording import PlayWriter

    keep = None if keep_days is None else timedelta(days=keep_days)
    return PlayWriter(store, keep, lambda: datetime.now(UTC))


def _webhook(exits: ExitStack, client: Client, url: str) -> Callable[[Event], object]:
    from earmark.sinks.webhook import Webhook
    from earmark.sources.urls import web_address

    web_address(url)
    secret = webhook_secret()
    return exits.enter_context(Webhook(client, url, secret=secret, on_problem=_complain))


def _complain(message: str) -> None:
    typer.echo(f"earmark: {text.printable(message)}", err=True)
