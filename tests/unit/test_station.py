from __future__ import annotations

from dataclasses import replace
from queue import Queue
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from earmark.errors import LibraryBusyError
from earmark.live.events import Event, EventKind, Pulse
from earmark.live.reading import Broken, Connected, Item, Piece, Reader, Titled
from earmark.live.recognizer import Recognizer
from earmark.live.station import Station
from earmark.sources import LiveSource
from tests.live import RATE_HZ, library, pieces, sound

BEGIN = 1_000_000.0


def pieces_of(number: int, start_s: float, end_s: float, at: float) -> list[Item]:
    """Sound that is there a quarter of a second after it began, from `at` on."""
    samples = sound(number, start_s, end_s)
    step = RATE_HZ // 4
    return [
        Piece(samples[first : first + step], at + first / RATE_HZ + 0.25)
        for first in range(0, len(samples), step)
    ]


def heard(*items: Item, live: bool = True, pulses: list[Pulse] | None = None) -> list[Event]:
    """The events of a station whose reader gave this."""
    waiting: Queue[Item] = Queue()
    for item in items:
        waiting.put(item)
    reader = SimpleNamespace(items=waiting, start=lambda: None, stop=lambda: None)
    events: list[Event] = []
    source = LiveSource("Rock", "http://radio.example/" if live else "a.mp3")
    recognizer = Recognizer(library())
    beats: list[Pulse] = [] if pulses is None else pulses
    made = cast("Reader", reader)
    station = Station(source, made, recognizer, RATE_HZ, events.append, beats.append)
    station.start()
    assert station.join(60)
    return events


def end(at: float) -> Broken:
    """The end for good."""
    return Broken("it has ended", at, again=False, is_error=False)


def posix(event: Event) -> float:
    """When it happened, since the beginning."""
    return event.at.timestamp() - BEGIN


def test_a_track_has_a_start_and_an_end_in_utc() -> None:
    """With one id for both."""
    events = heard(
        Connected(BEGIN), *pieces_of(0, 3, 11, BEGIN), *pieces_of(2, 0, 6, BEGIN + 8), end(BEGIN)
    )
    begun, over = (one for one in events if one.match)
    assert (begun.kind, over.kind) == (EventKind.TRACK_STARTED, EventKind.TRACK_ENDED)
    assert posix(begun) == pytest.approx(0, abs=0.8)
    assert posix(over) == pytest.approx(8, abs=0.8)
    assert (over.started_at, over.play_id) == (begun.at, begun.id)
    assert begun.match is not None
    assert begun.match.track.metadata.title == pieces()[0].title


def test_a_track_goes_on_over_a_broken_connection() -> None:
    """What was lost is no change of the music, and the clock goes on."""
    events = heard(
        Connected(BEGIN),
        *pieces_of(0, 0, 7, BEGIN),
        Broken("it does not answer", BEGIN + 7, again=True, is_error=True),
        Connected(BEGIN + 10),
        *pieces_of(0, 10, 20, BEGIN + 10),
        *pieces_of(2, 0, 8, BEGIN + 20),
        end(BEGIN + 28),
    )
    kinds = [one.kind for one in events]
    assert kinds.count(EventKind.TRACK_STARTED) == kinds.count(EventKind.TRACK_ENDED) == 1
    over = events[kinds.index(EventKind.TRACK_ENDED)]
    assert posix(over) == pytest.approx(20, abs=1.0)


def test_what_the_server_says_is_told() -> None:
    """Titles, and why it broke off; in their order."""
    events = heard(
        Connected(BEGIN),
        Titled("A - B", BEGIN),
        Broken("it does not answer", BEGIN, again=True, is_error=True),
        Broken("it is no sound", BEGIN, again=False, is_error=True),
    )
    assert [(one.kind, one.text) for one in events] == [
        (EventKind.CONNECTED, None),
        (EventKind.TITLE, "A - B"),
        (EventKind.DISCONNECTED, "it does not answer"),
        (EventKind.FAILED, "it is no sound"),
    ]


def test_a_file_is_timed_by_its_own_length() -> None:
    """However fast it is read, and whenever: it is over at its own end."""
    items = [
        Piece(item.samples, BEGIN)
        for item in [*pieces_of(2, 0, 6, 0), *pieces_of(0, 3, 11, 0)]
        if isinstance(item, Piece)
    ]
    events = heard(Connected(BEGIN), *items, end(BEGIN), live=False)
    begun = next(one for one in events if one.kind is EventKind.TRACK_STARTED)
    assert posix(begun) == pytest.approx(6, abs=1.0)
    assert events[-1].kind is EventKind.FINISHED
    assert posix(events[-1]) == pytest.approx(14, abs=0.1)


def test_trouble_with_the_library_does_not_stop_a_station(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be busy, or be mended; nobody wants to hear of it four times a second."""

    def fail(*_: object) -> None:
        raise LibraryBusyError(library().location, "it is busy")

    with monkeypatch.context() as broken:
        broken.setattr(Recognizer, "feed", fail)
        events = heard(Connected(BEGIN), *pieces_of(0, 3, 9, BEGIN), end(BEGIN))
    kinds = [one.kind for one in events]
    assert kinds == [EventKind.CONNECTED, EventKind.TROUBLE, EventKind.FINISHED]


def test_a_station_that_breaks_down_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is wrong with it, it stops no other."""

    def fail(*_: object) -> None:
        message = "odd"
        raise ZeroDivisionError(message)

    monkeypatch.setattr(Recognizer, "feed", fail)
    events = heard(Connected(BEGIN), Piece(np.zeros(9, np.float32), BEGIN))
    assert [(one.kind, one.text) for one in events[1:]] == [
        (EventKind.FAILED, "ZeroDivisionError: odd")
    ]


def test_a_track_that_plays_on_has_a_pulse() -> None:
    """At its beginning and every ten seconds: until when, and to where in it, it was heard."""
    pulses: list[Pulse] = []
    events = heard(Connected(BEGIN), *pieces_of(0, 0, 25, BEGIN), end(BEGIN + 25), pulses=pulses)
    begun = next(one for one in events if one.kind is EventKind.TRACK_STARTED)
    assert {one.play_id for one in pulses} == {begun.id}
    until_s = [one.until.timestamp() - BEGIN for one in pulses]
    assert until_s == pytest.approx([1, 11, 21], abs=2)
    assert [one.track_s for one in pulses] == pytest.approx(until_s, abs=1)


def test_what_is_unknown_has_no_pulse() -> None:
    """There is no play that it could be noted of."""
    pulses: list[Pulse] = []
    heard(Connected(BEGIN), *pieces_of(2, 0, 15, BEGIN), end(BEGIN + 15), pulses=pulses)
    assert pulses == []


def test_sound_that_comes_faster_than_it_sounds_takes_its_time() -> None:
    """Piped in at once, a play is as long as it sounds, and ends after it began."""
    hurried = [
        Piece(piece.samples, BEGIN + 0.02 * number)
        for number, piece in enumerate(
            one for one in pieces_of(0, 0, 10, BEGIN) if isinstance(one, Piece)
        )
    ]
    events = heard(Connected(BEGIN), *hurried, end(BEGIN + 1))
    [ended] = [one for one in events if one.kind is EventKind.TRACK_ENDED]
    assert ended.started_at
    assert 8 < (ended.at - ended.started_at).total_seconds() < 11


def test_nothing_is_told_to_have_begun_before_what_was_told_of_it() -> None:
    """Sound that a server had kept was played before the connection; the clock is put right."""
    burst = [
        Piece(piece.samples, BEGIN + 0.01 * number)
        for number, piece in enumerate(
            one
            for one in [*pieces_of(2, 0, 14, BEGIN), *pieces_of(0, 0, 9, BEGIN)]
            if isinstance(one, Piece)
        )
    ]
    events = heard(Connected(BEGIN), *burst, end(BEGIN + 1))
    kinds = [one.kind for one in events]
    assert kinds == [
        EventKind.CONNECTED,
        EventKind.UNKNOWN,
        EventKind.TRACK_STARTED,
        EventKind.TRACK_ENDED,
        EventKind.FINISHED,
    ]
    moments = [one.at for one in events]
    assert moments == sorted(moments)
    assert events[3].started_at == events[2].at


def test_what_a_server_sends_at_once_does_not_delay_an_end() -> None:
    """Each connection begins with five seconds that were kept: they are heard sooner, no more."""
    early = [
        replace(piece, at=max(BEGIN + 10, piece.at - 5))
        for piece in [*pieces_of(0, 10, 16, BEGIN + 10), *pieces_of(2, 0, 10, BEGIN + 16)]
        if isinstance(piece, Piece)
    ]
    events = heard(
        Connected(BEGIN),
        *pieces_of(0, 0, 7, BEGIN),
        Broken("it does not answer", BEGIN + 7, again=True, is_error=True),
        Connected(BEGIN + 10),
        *early,
        end(BEGIN + 22),
    )
    over = next(one for one in events if one.kind is EventKind.TRACK_ENDED)
    assert posix(over) == pytest.approx(11, abs=1.0)


def test_a_silence_is_told_after_the_track_that_it_ends() -> None:
    """With one beginning in both of its events."""
    quiet = [Piece(np.zeros(RATE_HZ // 4, np.float32), BEGIN + 8.25 + n / 4) for n in range(20)]
    events = heard(
        Connected(BEGIN),
        *pieces_of(0, 3, 11, BEGIN),
        *quiet,
        *pieces_of(2, 0, 14, BEGIN + 13),
        end(BEGIN + 27),
    )
    assert [one.kind for one in events[1:-1]] == [
        EventKind.TRACK_STARTED,
        EventKind.TRACK_ENDED,
        EventKind.SILENCE_STARTED,
        EventKind.SILENCE_ENDED,
        EventKind.UNKNOWN,
    ]
    moments = [one.at for one in events]
    assert moments == sorted(moments)
    assert events[4].started_at == events[3].at
