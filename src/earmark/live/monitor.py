"""Many stations at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from earmark.errors import UsageError
from earmark.live.quota import Quotas
from earmark.live.reading import Reader
from earmark.live.recognizer import Recognizer
from earmark.live.station import Station
from earmark.sources import AddressPolicy, Client, LiveSource, Opener

if TYPE_CHECKING:
    from earmark.library import Library
    from earmark.live.events import Event, Pulse
    from earmark.live.plan import LookPlan
    from earmark.params import QueryParams

PATIENCE_S = 30.0
"""How long is waited, in the end, for stations to say what there is left to say."""


class Monitor:
    """Listens to live sources, and tells what they play.

    Example:
        with Monitor(library, ["http://radio.example/stream"], on_event=print) as monitor:
            monitor.wait(3600)

    Every source has a thread that reads and one that listens, and a bounded buffer between them.
    Sources that break off are tried again until the monitor is stopped.
    """

    def __init__(
        self,
        library: Library,
        sources: Sequence[str | LiveSource],
        *,
        on_event: Callable[[Event], object],
        on_pulse: Callable[[Pulse], object] = lambda _: None,
        query: QueryParams | None = None,
        plan: LookPlan | None = None,
        allow_private: bool = False,
        ffmpeg_urls: bool = False,
        quotas: Quotas | None = None,
    ) -> None:
        """Prepare to listen; entering the `with` block begins it.

        Args:
            library: what is listened for.
            sources: addresses (`http`, `https`, `udp`, `rtp`), paths of files and named pipes, or
                `-` for standard input; `NAME=PLACE` gives one a name.
            on_event: called with every event, one at a time, from threads of the monitor.
            on_pulse: called every ten seconds or so of a track that plays on, likewise.
            query: how hard to look.
            plan: when to look.
            allow_private: also go to addresses of private networks and of this machine.
            ffmpeg_urls: let FFmpeg itself open `rtmp(s)` and `rtsp(s)` addresses; for sources that
                are trusted, as FFmpeg may be sent on to other hosts.
            quotas: what all stations together may take of a processor beyond glances; shared with
                whoever else is given them.

        Raises:
            UsageError: no source, or two of one name.
        """
        wanted = [LiveSource.parse(one) if isinstance(one, str) else one for one in sources]
        _check_names([one.name for one in wanted])
        opener = Opener(Client(AddressPolicy(allow_private=allow_private)), ffmpeg_urls=ffmpeg_urls)
        rate = library.params.peaks.sample_rate_hz
        shared = quotas or Quotas()
        self._guard = threading.Lock()
        self._on_event = on_event
        self._on_pulse = on_pulse
        self._stations = [
            Station(
                source,
                Reader(source, opener, rate),
                Recognizer(library, query=query, plan=plan, quotas=shared),
                rate,
                self._hand_on,
                self._hand_on_pulse,
            )
            for source in wanted
        ]

    def __enter__(self) -> Self:
        """Begin to listen."""
        for station in self._stations:
            station.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening."""
        self.stop()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until all sources have ended, or for so long; return whether they have."""
        end = None if timeout_s is None else time.monotonic() + timeout_s
        for station in self._stations:
            left = None if end is None else max(0.0, end - time.monotonic())
            if not station.join(left):
                return False
        return True

    def stop(self) -> None:
        """Stop listening; tracks that still play are told to have ended."""
        for station in self._stations:
            station.stop()
        self.wait(PATIENCE_S)

    def _hand_on(self, event: Event) -> None:
        with self._guard:
            self._on_event(event)

    def _hand_on_pulse(self, pulse: Pulse) -> None:
        with self._guard:
            self._on_pulse(pulse)


def _check_names(names: Sequence[str]) -> None:
    if not names:
        message = "a monitor needs at least one source"
        raise UsageError(message)
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        message = f"two sources are called {twice!r}; NAME=PLACE gives one another name"
        raise UsageError(message)
