"""Reading a source in a thread of its own: decoded pieces in a bounded queue, again and again.

What fails is tried again, ever less often; what was heard for a while is tried at once. What can
never be listened to is not tried again, unless it was heard before.
"""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from queue import Full, Queue
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from earmark.audio import open_address, open_audio
from earmark.errors import (
    AddressRefusedError,
    EarmarkError,
    SourceUnavailableError,
    UnsupportedSourceError,
)

if TYPE_CHECKING:
    from earmark.audio import AudioStream, ByteStream
    from earmark.sources.opening import Feed, LiveSource, Opener

BLOCK_S = 0.25
"""Pieces are so long: half of it is what waiting for one costs on average."""

MOST_PIECES = 120
"""Pieces that wait to be listened to, of a quarter of a second: beyond, the source has to wait."""

MOST_UNDECODED_BYTES = 4 << 20
"""A source that has sent so much without a sound (its format changed, perhaps) is opened again."""

MOST_SPOOLED_BYTES = 32 << 20
"""Of an MP4 stream, which has to be there as a whole."""

TITLE_EVERY_S = 1.0
"""Titles that come faster are passed over."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
GOOD_S = 30.0
"""What was heard for so long was all right: the next attempt follows soon."""


@dataclass(frozen=True, slots=True)
class Connected:
    """A source was opened, and sound comes."""

    at: float
    """POSIX time; of a recording, at which it began."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Sound: mono, float32, shape (n,), at the library's rate."""

    samples: NDArray[np.float32]
    at: float
    """POSIX time at which it was there."""


@dataclass(frozen=True, slots=True)
class Titled:
    """The server says what it plays."""

    text: str
    at: float


@dataclass(frozen=True, slots=True)
class Broken:
    """A source has ended or failed."""

    cause: str
    at: float
    again: bool
    """Whether it is tried again."""
    is_error: bool


Item: TypeAlias = Connected | Piece | Titled | Broken


class Backoff:
    """How long to wait before the next attempt: ever longer, and seldom as long as others do."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._pause_s = FIRST_PAUSE_S

    def succeeded(self) -> None:
        """Begin anew."""
        self._pause_s = FIRST_PAUSE_S

    def pause_s(self) -> float:
        """Return how long to wait now."""
        pause_s, self._pause_s = self._pause_s, min(2 * self._pause_s, LONGEST_PAUSE_S)
        return pause_s * self._chance.uniform(0.5, 1.0)


class Reader:
    """Reads one source until it is stopped."""

    def __init__(self, source: LiveSource, opener: Opener, sample_rate_hz: int) -> None:
        self.items: Queue[Item] = Queue(MOST_PIECES)
        self._source = source
        self._opener = opener
        self._rate_hz = sample_rate_hz
        self._stopped = threading.Event()
        self._feed: Feed | None = None
        self._was_heard = False
        self._is_recording = False
        self._titled = -math.inf
        self._backoff = Backoff(random.Random())  # noqa: S311 - it spreads attempts, no secrets
        self._thread = threading.Thread(target=self._run, name=f"read {source.name}", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """End reading, soon, from any thread."""
        self._stopped.set()
        feed = self._feed
        if feed is not None:
            feed.shut()

    def _run(self) -> None:
        while not self._stopped.is_set():
            began = time.monotonic()
            broken = self._read_once()
            if time.monotonic() - began >= GOOD_S:
                self._backoff.succeeded()
            self._put(broken)
            if not broken.again:
                return
            self._stopped.wait(self._backoff.pause_s())

    def _read_once(self) -> Broken:
        """Read until the end, or until something fails, and return which it was."""
        again = self._source.comes_again
        try:
            self._read()
        except (AddressRefusedError, UnsupportedSourceError) as error:
            again = again and self._was_heard
            return Broken(error.cause, time.time(), again=again, is_error=True)
        except EarmarkError as error:
            cause = getattr(error, "cause", str(error))
            again = again and not self._is_recording
            return Broken(cause, time.time(), again=again, is_error=True)
        except Exception as error:  # noqa: BLE001 - whatever a source does, it stops no other
            return Broken(type(error).__name__, time.time(), again=again, is_error=True)
        again = again and not self._is_recording
        return Broken("it has ended", time.time(), again=again, is_error=False)

    def _read(self) -> None:
        address = self._opener.foreign(self._source)
        if address is not None:
            sound = open_address(address, sample_rate_hz=self._rate_hz, block_s=BLOCK_S)
            self._hear(sound, lambda: None)
            return
        opened = self._opener.open(self._source, self._on_title)
        with closing(opened) as feed:
            self._feed = feed
            self._check(feed)
            counted = _Counted(feed.stream, self._source.name)
            sound = open_audio(
                feed.stream if hasattr(feed.stream, "seekable") else counted,
                sample_rate_hz=self._rate_hz,
                block_s=BLOCK_S,
                spool_limit_bytes=None if feed.is_fragmented else MOST_SPOOLED_BYTES,
            )
            self._hear(sound, counted.forget)

    def _check(self, feed: Feed) -> None:
        """Refuse to hear again what is left of a live stream that was heard to its end.

        Raises:
            SourceUnavailableError: it is that.
        """
        if feed.is_recording and self._was_heard:
            raise SourceUnavailableError(self._source.name, "its playlist has come to its end")
        self._is_recording = feed.is_recording

    def _hear(self, sound: AudioStream, on_sound: Callable[[], object]) -> None:
        """Hand on what is decoded, until its end."""
        with sound:
            self._put(Connected(self._source.began_at(sound.stated_s)))
            self._was_heard = True
            for block in sound:
                on_sound()
                self._put(Piece(block, time.time()))
                if self._stopped.is_set():
                    return

    def _on_title(self, text: str) -> None:
        now = time.monotonic()
        if now - self._titled >= TITLE_EVERY_S:
            self._titled = now
            self._put(Titled(text, time.time()))

    def _put(self, item: Item) -> None:
        """Hand on, and wait while there is no room."""
        while not self._stopped.is_set():
            try:
                self.items.put(item, timeout=0.5)
            except Full:
                continue
            return


class _Counted:
    """A stream that ends with an error when it has sent too much that is no sound."""

    def __init__(self, stream: ByteStream, name: str) -> None:
        self._stream = stream
        self._name = name
        self._bytes = 0

    def forget(self) -> None:
        """Note that there was sound in what was read."""
        self._bytes = 0

    def read(self, size: int) -> bytes:
        data = self._stream.read(size) or b""
        self._bytes += len(data)
        if self._bytes > MOST_UNDECODED_BYTES:
            raise SourceUnavailableError(self._name, "it sends bytes, but no sound")
        return data
