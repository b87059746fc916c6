"""The monitors of a server: stations that clients want to be listened to, and what is heard there.

Each has one source. Sound comes from the web only, through Earmark's own client, which goes to no
private network; other protocols are for admins, as FFmpeg, or whoever sends datagrams, is then
trusted. Plays are written into the store of plays, if the server has one. The latest events of a
monitor are kept in memory, for whoever asks; monitors themselves end with the server.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from earmark import jsonable
from earmark.errors import (
    ForbiddenError,
    MonitorNotFoundError,
    OverloadedError,
    UsageError,
)
from earmark.ingest import new_id
from earmark.live.monitor import Monitor
from earmark.operations.opening import open_operations
from earmark.operations.recording import PlayWriter
from earmark.server.logs import note
from earmark.server.now import Now
from earmark.sinks.together import Together
from earmark.sources import LiveSource, redacted
from earmark.sources.datagrams import SCHEMES as DATAGRAMS
from earmark.sources.foreign import PORTS as FOREIGN
from earmark.sources.urls import WEB_PORTS, web_address
from earmark.units import iso_utc

if TYPE_CHECKING:
    from earmark.library import Library
    from earmark.live.events import Event, Pulse
    from earmark.live.quota import Quotas
    from earmark.params import QueryParams
    from earmark.server.options import ServerOptions

KEPT_EVENTS = 1000
"""Of each monitor: at a track in three minutes with its start and its end, more than a day."""

RETRY_AFTER_S = 60.0


class Heard:
    """The latest events of a monitor, numbered from 1 as they were told; safe for threads."""

    def __init__(self) -> None:
        """Begin without any."""
        self._events: deque[jsonable.Object] = deque(maxlen=KEPT_EVENTS)
        self._last = 0
        self._now = Now()
        self._guard = threading.Lock()

    def add(self, event: Event) -> None:
        """Keep an event, and let go of the oldest if there are too many."""
        with self._guard:
            self._last += 1
            self._now = self._now.after(event)
            self._events.append(jsonable.event(event))

    @property
    def now(self) -> Now:
        """How the station stands at the moment; another object after each event."""
        return self._now

    def after(self, number: int, most: int = KEPT_EVENTS) -> tuple[int, list[jsonable.Object]]:
        """Return the first events behind this number that are kept, and the number of the last.

        Where there are none, that is the number that was asked for.
        """
        with self._guard:
            events, last = list(self._events), self._last
        first = last - len(events) + 1
        wanted = max(number + 1, first)
        found = events[wanted - first : wanted - first + most]
        return (wanted + len(found) - 1 if found else number), found


@dataclass(frozen=True, slots=True)
class Monitored:
    """One monitor."""

    id: str
    """UUIDv7: later ones sort higher."""
    name: str
    """What the station is called in events and plays."""
    source: str
    """Its address, without its secrets."""
    created_at: str
    """UTC, ISO 8601."""
    heard: Heard
    monitor: Monitor
    exits: ExitStack
    """Ends it, and lets go of its store of plays."""

    @property
    def is_over(self) -> bool:
        """Whether there is nothing more to be heard."""
        return self.monitor.wait(0.0)


class Monitors:
    """All monitors of a server; safe for threads."""

    def __init__(self, library: Library, options: ServerOptions, quotas: Quotas) -> None:
        """Begin without any."""
        self._library = library
        self._options = options
        self._quotas = quotas
        self._running: dict[str, Monitored] = {}
        self._guard = threading.Lock()

    def add(self, url: str, name: str, query: QueryParams, *, is_admin: bool) -> Monitored:
        """Begin to listen to a station.

        Args:
            url: of its sound or a playlist.
            name: what it is called; if empty, by its address.
            query: how hard to look.
            is_admin: whether sources are allowed that are not fetched by Earmark's own client.

        Raises:
            UsageError: it is no address of sound, or one of this name is there.
            ForbiddenError: it is one for admins.
            OverloadedError: there are too many monitors.
            OperationsError: the store of plays cannot be opened.
        """
        check_source(url, is_admin=is_admin)
        source = LiveSource(name or redacted(url), url)
        with self._guard:
            self._check_room(source.name)
            running = self._started(source, query)
            self._running[running.id] = running
        note("monitor began", monitor=running.id, source=running.source)
        return running

    def every(self) -> list[Monitored]:
        """Return all of them, oldest first."""
        with self._guard:
            return list(self._running.values())

    def get(self, monitor_id: str) -> Monitored:
        """Return a monitor.

        Raises:
            MonitorNotFoundError: there is none with this id.
        """
        with self._guard:
            running = self._running.get(monitor_id)
        if running is None:
            raise MonitorNotFoundError(monitor_id)
        return running

    def remove(self, monitor_id: str) -> Monitored:
        """End a monitor, and forget its events; what plays is told to have ended.

        Raises:
            MonitorNotFoundError: there is none with this id.
        """
        with self._guard:
            running = self._running.pop(monitor_id, None)
        if running is None:
            raise MonitorNotFoundError(monitor_id)
        running.exits.close()
        note("monitor ended", monitor=running.id)
        return running

    def forget_old(self) -> int:
        """Forget plays that are older than they are to be, and count them.

        Raises:
            OperationsError: the store of plays cannot be opened or written.
        """
        place, days = self._options.operations, self._options.keep_days
        if place is None or not days:
            return 0
        with open_operations(place) as plays:
            return plays.drop_before(_now() - timedelta(days=days))

    def close(self) -> None:
        """End them all."""
        ids = [running.id for running in self.every()]
        with ThreadPoolExecutor(max(1, len(ids))) as threads:  # each waits for its station
            list(threads.map(self.remove, ids))

    def _check_room(self, name: str) -> None:
        if len(self._running) >= self._options.limits.monitors:
            message = f"there are {len(self._running)} monitors already; remove one"
            raise OverloadedError(message, RETRY_AFTER_S)
        if any(one.name == name for one in self._running.values()):
            message = f"there is a monitor called {name!r} already; give this one another name"
            raise UsageError(message)

    def _started(self, source: LiveSource, query: QueryParams) -> Monitored:
        heard = Heard()
        on_event: list[Callable[[Event], object]] = [heard.add]
        on_pulse: list[Callable[[Pulse], object]] = []
        with ExitStack() as exits:
            if self._options.operations is not None:
                plays = open_operations(self._options.operations)
                exits.callback(plays.close)
                plays.leave_open([source.name])
                on_event.append(PlayWriter(plays, None, _now))
                on_pulse.append(plays.note_heard)
            monitor = Monitor(
                self._library,
                [source],
                on_event=Together(on_event, _complain),
                on_pulse=Together(on_pulse, _complain),
                query=query,
                allow_private=self._options.monitor_private,
                quotas=self._quotas,
                ffmpeg_urls=True,  # of these addresses only, which `check_source` has let through
            )
            exits.enter_context(monitor)
            created_at = iso_utc(_now())
            shown = redacted(source.place)
            return Monitored(
                new_id(), source.name, shown, created_at, heard, monitor, exits.pop_all()
            )


def check_source(url: str, *, is_admin: bool) -> None:
    """Make sure that a client may have this address listened to; no path of a file is one.

    Raises:
        UsageError: it is no address of sound.
        ForbiddenError: it is one for admins.
    """
    scheme = url.partition("://")[0].lower()
    if scheme in WEB_PORTS:
        web_address(url)
        return
    if scheme not in {*DATAGRAMS, *FOREIGN} or "://" not in url:
        message = "a monitor needs the address of a station: https://..."
        raise UsageError(message)
    if not is_admin:
        message = f"addresses of {scheme} are for keys with the scope admin"
        raise ForbiddenError(message)


def _now() -> datetime:
    return datetime.now(UTC)


def _complain(message: str) -> None:
    note("monitor trouble", why=message)
