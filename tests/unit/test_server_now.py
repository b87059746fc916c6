from __future__ import annotations

from functools import reduce

import pytest

from earmark.live.events import Event, EventKind
from earmark.server.now import Now, StationState
from tests.live import ended, event, moment


def now(*events: Event) -> Now:
    """How it stands after these."""
    return reduce(Now.after, events, Now())


def said(kind: EventKind, text: str | None = None, second: int = 9) -> Event:
    """Something without a track."""
    return event(kind, at=moment(second), play_id=None, match=None, text=text)


def test_what_plays_is_told_from_its_beginning_to_its_end() -> None:
    """Then something else may come."""
    during, after = now(event()), now(event(), ended())
    assert (during.state, during.since, during.playing) == ("playing", moment(5), (event(),))
    assert (after.state, after.since, after.playing) == ("listening", moment(5, 1), ())


def test_two_tracks_may_play_at_once() -> None:
    """The end of one leaves the other."""
    other = event(id="event-3", play_id="event-3", at=moment(50))
    assert now(event(), other).playing == (event(), other)
    assert now(event(), other, ended()).playing == (other,)


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (EventKind.CONNECTED, StationState.LISTENING),
        (EventKind.UNKNOWN, StationState.UNKNOWN),
        (EventKind.SILENCE_STARTED, StationState.SILENT),
        (EventKind.DISCONNECTED, StationState.DISCONNECTED),
        (EventKind.FINISHED, StationState.FINISHED),
        (EventKind.FAILED, StationState.FAILED),
    ],
)
def test_every_event_leads_to_its_state(kind: EventKind, state: StationState) -> None:
    """Why is told, where there is a reason."""
    assert now() == Now(StationState.CONNECTING)
    assert now(said(kind)) == Now(state, moment(9))


def test_a_station_that_broke_off_stays_so_when_its_track_is_told_to_have_ended() -> None:
    """That is told later, as it might have come back."""
    broken = said(EventKind.DISCONNECTED, "it hung up")
    after = now(event(), broken, ended())
    assert (after.state, after.why, after.playing) == ("disconnected", "it hung up", ())
    assert now(event(), broken, said(EventKind.CONNECTED)).state == "playing"


def test_what_the_station_says_itself_is_kept() -> None:
    """Trouble is told until something is heard again."""
    told = now(said(EventKind.TITLE, "The News"), event(), said(EventKind.TROUBLE, "disk full"))
    assert (told.title, told.why, told.state) == ("The News", "disk full", "playing")
    assert (told.after(ended()).title, told.after(ended()).why) == ("The News", None)
