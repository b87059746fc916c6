from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from earmark.cli.monitor import _Counts, line, stopped_by_sigterm
from earmark.live.events import EventKind
from earmark.operations.base import PlayQuery
from earmark.operations.sqlite import SqliteOperations
from tests.live import ended, event, until
from tests.music import song, title
from tests.servers import ok, serving
from tests.unit.conftest import Earmark


def test_a_monitor_tells_logs_and_keeps_what_is_played(earmark: Earmark, home: Path) -> None:
    """On the screen, in logs and in a store, which can be asked."""
    (home / "live.flac").write_bytes(song(1))
    where = ("--log", "log.jsonl", "--log", "log.csv", "--operations", "plays.sqlite")
    result = earmark("monitor", *where, "--keep-days", "9", "Rock=live.flac")
    assert (result.exit_code, result.stderr) == (0, "")
    assert f"track started  {title(1)}" in result.stdout
    kinds = [json.loads(one)["kind"] for one in (home / "log.jsonl").read_text().splitlines()]
    assert kinds == ["connected", "track_started", "track_ended", "finished"]
    assert len((home / "log.csv").read_text().splitlines()) == 5
    assert title(1) in earmark("airplay", "plays.sqlite", "--station", "Rock").stdout


def test_a_stream_is_monitored_and_events_are_sent(earmark: Earmark) -> None:
    """If private addresses are allowed."""
    with serving({"live": ok(song(1)), "hook": ok(b"")}) as served:
        hook = ("--webhook", served.to("hook"))
        result = earmark(
            "monitor", "--json", "--allow-private", "--for", "4", *hook, f"Rock={served.to('live')}"
        )
        assert result.exit_code == 0, result.stderr
        kinds = [json.loads(one)["kind"] for one in result.stdout.splitlines()]
        assert "track_started" in kinds
        sent = [request for request in served.requests if request.startswith(b"POST")]
    assert len(sent) == len(kinds)


def test_a_private_address_is_refused(earmark: Earmark) -> None:
    """With what would allow it."""
    result = earmark("monitor", "http://127.0.0.1:9/")
    assert result.exit_code == 2
    assert "--allow-private" in result.stdout


def test_a_webhook_without_an_address_is_told(earmark: Earmark) -> None:
    """Before anything is listened to."""
    result = earmark("monitor", "--webhook", "nowhere", "x.flac")
    assert result.exit_code == 2
    assert "no http or https address" in result.stderr


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (event(), "track started  Blue Kite — Band  (certain)"),
        (ended(), "track ended  Blue Kite — Band  after 1:00"),
        (event(EventKind.TITLE, match=None, text="A\x1b[2J"), "title  A\\x1b[2J"),
    ],
)
def test_events_are_lines(told: object, words: str) -> None:
    """That do no harm to a terminal."""
    assert words in line(told)  # type: ignore[arg-type]


def test_a_service_that_is_stopped_ends_its_plays(home: Path) -> None:
    """SIGTERM, as a service manager sends it, is no crash."""
    pipe = home / "pipe"
    os.mkfifo(pipe)
    command = "from earmark.cli import main; main()"
    arguments = ("monitor", "--json", f"Rock={pipe}")
    both = os.open(pipe, os.O_RDWR)  # does not wait for a reader
    threading.Thread(target=os.write, args=(both, song(1)), daemon=True).start()
    with subprocess.Popen(
        [sys.executable, "-c", command, *arguments], stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        kinds = [json.loads(running.stdout.readline())["kind"] for _ in range(2)]
        running.terminate()
        kinds += [json.loads(text)["kind"] for text in running.stdout]
    os.close(both)
    assert kinds == ["connected", "track_started", "track_ended"]
    assert running.returncode == 0


def test_a_signal_means_what_it_meant_before() -> None:
    """In the block SIGTERM is Ctrl-C; after it, whatever the program had chosen."""
    before = signal.getsignal(signal.SIGTERM)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with pytest.raises(KeyboardInterrupt), stopped_by_sigterm():
            signal.raise_signal(signal.SIGTERM)
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_monitor_that_was_killed_leaves_its_plays_to_the_next(home: Path) -> None:
    """They end where they were heard last, not where they began."""
    pipe = home / "pipe"
    os.mkfifo(pipe)
    command = "from earmark.cli import main; main()"
    arguments = ("monitor", "--json", "--operations", "plays.sqlite", f"Rock={pipe}")
    both = os.open(pipe, os.O_RDWR)  # does not wait for a reader
    threading.Thread(target=os.write, args=(both, song(1)), daemon=True).start()
    with (
        SqliteOperations(home / "plays.sqlite") as store,
        subprocess.Popen(
            [sys.executable, "-c", command, *arguments], stdout=subprocess.DEVNULL
        ) as running,
    ):
        noted = "SELECT count(heard_until) FROM plays"
        assert until(lambda: store._file._link.execute(noted).fetchone()[0], patience_s=60)
        running.kill()
        os.close(both)
        assert [one.ended_at for one in store.plays(PlayQuery())] == [None]
        assert store.leave_open(["Rock"]) == 1
        (play,) = store.plays(PlayQuery())
    assert play.duration_s
    assert play.track_end_s == pytest.approx(play.track_start_s + play.duration_s, abs=0.1)


def test_days_to_keep_need_a_store(earmark: Earmark) -> None:
    """Else nothing would be kept at all, and nobody would notice."""
    result = earmark("monitor", "--keep-days", "9", "clip.flac")
    assert (result.exit_code, "--operations" in result.stderr) == (2, True)


def test_a_source_that_is_not_there_is_an_error(earmark: Earmark) -> None:
    """Exit code 2, as of a file that grep cannot read."""
    assert earmark("monitor", "--for", "5", "nowhere.flac").exit_code == 2


@pytest.mark.parametrize(
    ("kinds", "code"),
    [
        ([EventKind.DISCONNECTED, EventKind.DISCONNECTED], 2),
        ([EventKind.CONNECTED, EventKind.DISCONNECTED], 1),
        ([EventKind.CONNECTED, EventKind.FAILED], 2),
        ([EventKind.DISCONNECTED, EventKind.CONNECTED, EventKind.TRACK_STARTED], 0),
    ],
)
def test_a_station_that_was_never_there_is_an_error(kinds: list[EventKind], code: int) -> None:
    """Only what was listened to can have had no track."""
    counts = _Counts(as_json=True)
    for kind in kinds:
        counts(event(kind))
    assert counts.exit_code == code
