"""One station: what its reader hands on is listened to, and becomes events."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from queue import Empty
from typing import TYPE_CHECKING

from earmark.errors import LibraryError
from earmark.ingest import new_id
from earmark.live.clock import StreamClock
from earmark.live.events import Event, EventKind, Pulse
from earmark.live.reading import Broken, Connected, Item, Piece, Reader, Titled
from earmark.live.updates import Update, UpdateKind
from earmark.units import posix_to_utc

if TYPE_CHECKING:
    from earmark.live.recognizer import Recognizer
    from earmark.sources.opening import LiveSource

WAIT_S = 0.5
"""How long is waited for sound before it is looked what else there is to do."""

TROUBLE_EVERY_S = 60.0

PULSE_EVERY_S = 10.0
"""How often it is told that a track plays on: so much of a play may be lost by a crash."""

HURRIED = 0.5
"""What takes less than this part of its own length to come is no live sound: a server that sends
what it had kept is ahead by seconds only."""

KINDS = {
    UpdateKind.STARTED: EventKind.TRACK_STARTED,
    UpdateKind.ENDED: EventKind.TRACK_ENDED,
    UpdateKind.UNKNOWN: EventKind.UNKNOWN,
    UpdateKind.SILENCE: EventKind.SILENCE_STARTED,
    UpdateKind.SOUND: EventKind.SILENCE_ENDED,
}
"""What becomes an event; candidates do not."""

BEGINNINGS = {UpdateKind.ENDED: UpdateKind.STARTED, UpdateKind.SOUND: UpdateKind.SILENCE}
"""What tells the beginning of what has ended."""

FIRST_MOMENT = datetime.min.replace(tzinfo=UTC)


class Station:
    """Listens to one source in a thread of its own until it ends or is stopped."""

    def __init__(
        self,
        source: LiveSource,
        reader: Reader,
        recognizer: Recognizer,
        sample_rate_hz: int,
        on_event: Callable[[Event], object],
        on_pulse: Callable[[Pulse], object] = lambda _: None,
    ) -> None:
        self.name = source.name
        self._reader = reader
        self._recognizer = recognizer
        self._rate_hz = sample_rate_hz
        self._on_event = on_event
        self._on_pulse = on_pulse
        self._clock = StreamClock(is_live=source.is_live)
        self._is_live = source.is_live
        self._heard_at: float | None = None
        self._is_connected = False
        self._troubled_at = -math.inf
        self._told_until = FIRST_MOMENT
        self._told: dict[UpdateKind, datetime] = {}
        self._play_id: str | None = None
        self._pulse_s = -math.inf
        self._stopped = threading.Event()
        self._ended = threading.Event()
        """Waited for instead of the thread: Ctrl-C while a thread is joined makes Python 3.11 take
        it for ended."""
        self._thread = threading.Thread(target=self._run, name=f"hear {source.name}", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._reader.start()
        self._thread.start()

    def stop(self) -> None:
        """End listening, soon; `join` waits for it."""
        self._stopped.set()
        self._reader.stop()

    def join(self, timeout_s: float | None = None) -> bool:
        """Wait for the end; return whether it has come."""
        return self._ended.wait(timeout_s)

    def _run(self) -> None:
        try:
            while not self._stopped.is_set() and self._next():
                pass
            self._tell(self._recognizer.finish())
        except Exception as error:  # noqa: BLE001 - one station stops no other
            self._reader.stop()
            self._say(EventKind.FAILED, time.time(), f"{type(error).__name__}: {error}")
        finally:
            self._ended.set()

    def _next(self) -> bool:
        """Deal with what comes next; return whether anything may come after it."""
        try:
            item = self._reader.items.get(timeout=WAIT_S)
        except Empty:
            self._pass_time(time.time())
            return True
        return self._dealt_with(item)

    def _dealt_with(self, item: Item) -> bool:
        match item:
            case Piece():
                self._hear(item)
            case Connected():
                self._is_connected = True
                self._pass_time(item.at, is_back=True)
                self._clock.begin(self._recognizer.position_s, item.at)
                self._in_order(posix_to_utc(item.at))  # nothing begins before it is heard
                self._say(EventKind.CONNECTED, item.at)
            case Titled():
                self._say(EventKind.TITLE, item.at, item.text)
            case Broken():
                return self._break(item)
        return True

    def _hear(self, piece: Piece) -> None:
        updates: list[Update] = []
        try:
            updates = self._recognizer.feed(piece.samples, self._rate_hz)
        except LibraryError as error:  # it may be mended, or there again, in a while
            self._trouble(error, piece.at)
        self._heard_at = piece.at
        self._clock.note(self._recognizer.position_s, piece.at)
        self._tell(updates)
        self._beat()

    def _beat(self) -> None:
        """Say when a track has begun, and now and then, until when it was heard."""
        position_s = self._recognizer.position_s
        if self._play_id is None or position_s < self._pulse_s + PULSE_EVERY_S:
            return
        played = self._recognizer.played
        if played is not None:
            self._pulse_s = position_s
            until = self._end_of(played.clip_start_s, played.clip_end_s)
            self._on_pulse(Pulse(self._play_id, until, played.track_end_s))

    def _trouble(self, error: LibraryError, at: float) -> None:
        """Tell of what is wrong, not too often."""
        if at - self._troubled_at >= TROUBLE_EVERY_S:
            self._troubled_at = at
            self._say(EventKind.TROUBLE, at, str(error))

    def _pass_time(self, now: float, *, is_back: bool = False) -> None:
        """While there is no connection, time passes all the same."""
        if self._heard_at is None or not self._is_live or (self._is_connected and not is_back):
            return
        lost_s = now - self._heard_at
        if lost_s > 0:
            self._heard_at = now
            self._tell(self._recognizer.skip(lost_s))

    def _break(self, broken: Broken) -> bool:
        self._is_connected = False
        if broken.again:
            self._say(EventKind.DISCONNECTED, broken.at, broken.cause)
            return True
        self._tell(self._recognizer.finish())
        kind = EventKind.FAILED if broken.is_error else EventKind.FINISHED
        over = self._in_order(posix_to_utc(broken.at))
        self._say(kind, over.timestamp(), broken.cause)
        return False

    def _tell(self, updates: Iterable[Update]) -> None:
        for update in updates:
            if update.kind in KINDS:
                self._on_event(self._event_of(update))

    def _event_of(self, update: Update) -> Event:
        kind, is_end = update.kind, update.end_s is not None
        at_s = update.start_s if update.end_s is None else update.end_s
        began = self._told.get(BEGINNINGS[kind]) if is_end else None
        if kind is UpdateKind.ENDED:
            at = self._end_of(update.start_s, at_s)  # a break may have been told before it
            self._in_order(at)
        else:
            at = self._in_order(self._clock.at(at_s))
        event = self._event(KINDS[kind], at, at_s)
        self._told[kind] = at
        if kind is UpdateKind.STARTED:
            self._play_id = event.id
            self._pulse_s = -math.inf
        played = self._play_id if update.match else None
        return replace(event, play_id=played, started_at=began, match=update.match)

    def _in_order(self, moment: datetime) -> datetime:
        """Return a moment, or that of what was told before it if that is later.

        A clock that has been put right would else let what follows happen earlier.
        """
        self._told_until = max(self._told_until, moment)
        return self._told_until

    def _end_of(self, begin_s: float, end_s: float) -> datetime:
        """Return when a track was over that began and ended at these moments of the stream.

        What comes much faster than it sounds, as from a pipe, lasts as long as it sounds: the
        wall's clock would have it over at once.
        """
        over = self._clock.at(end_s)
        began = self._told.get(UpdateKind.STARTED, over)
        lasted = timedelta(seconds=end_s - begin_s)
        is_hurried = self._clock.is_unbroken(begin_s, end_s) and over - began < HURRIED * lasted
        return began + lasted if is_hurried else max(over, began)

    def _say(self, kind: EventKind, at: float, text: str | None = None) -> None:
        """Tell what happened at this POSIX time; of a recording, by its own time."""
        position_s = self._recognizer.position_s
        has_own_time = not self._is_live and self._clock.has_begun
        moment = self._clock.at(position_s) if has_own_time else posix_to_utc(at)
        self._on_event(replace(self._event(kind, moment, position_s), text=text))

    def _event(self, kind: EventKind, at: datetime, position_s: float) -> Event:
        return Event(new_id(), kind, self.name, at, posix_to_utc(time.time()), position_s)
