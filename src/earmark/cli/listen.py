"""`earmark listen`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli import text
from earmark.cli.edge import FOUND, NONE_FOUND, opened
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

if TYPE_CHECKING:
    from collections.abc import Iterable

    from earmark.live.recognizer import Recognizer
    from earmark.live.updates import Update
    from earmark.sources.microphone import Chunk, Device

QUIETEST_DB, LOUDEST_DB = -60.0, 0.0
METER_CELLS = 30
TOO_QUIET_DB = -50.0
"""Below, the meter says that little is heard."""


def listen(
    library: LibraryOption = None,
    *,
    device: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The recording device: a number or part of its name."),
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=1.0, metavar="SECONDS", help="Give up after so long.")
    ] = 20.0,
    on_and_on: Annotated[
        bool, typer.Option("--continue", help="Go on listening, and tell every track.")
    ] = False,
    ladder: LadderOption = USUAL.ladder,
    far: FarOption = USUAL.far,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Name what the microphone hears, as soon as it is clear: most often within 3 seconds.

    It needs PortAudio, and the extra `listen` of the package. The exit code is 0 if a track
    was named, else 1. With --json it prints everything that it has to say, candidates too.

    For example:

        earmark listen
        earmark listen --continue --json
    """
    with opened(library, debug=debug) as open_library:
        from earmark.live.recognizer import Recognizer

        query = QueryParams(far=far, ladder=ladder)
        microphone = open_device(device)
        announce_compiling()
        open_library.warm_up()
        recognizer = Recognizer(open_library, query=query)
        longest_s = float("inf") if on_and_on else seconds
        named = False
        with meter() as show_level:
            for update in heard(microphone, recognizer, longest_s, show_level):
                named |= _tell(update, as_json=as_json)
                if named and not on_and_on:
                    break
        if not named and not as_json:
            typer.echo("no match")
        raise typer.Exit(FOUND if named else NONE_FOUND)


def open_device(which: str | None) -> Device:
    """Open the microphone; tests replace it."""
    from earmark.sources.microphone import PortAudioDevice

    return PortAudioDevice(int(which) if which is not None and which.isdecimal() else which)


def heard(
    device: Device,
    recognizer: Recognizer,
    longest_s: float,
    show_level: Callable[[float], object],
) -> Iterator[Update]:
    """Yield what there is to say, for so long at most; `show_level` is told the level in dB."""
    from earmark.sources.microphone import level_db, recording

    with recording(device) as chunks:
        for chunk in _until(chunks, longest_s, device.sample_rate_hz):
            show_level(level_db(chunk))
            yield from recognizer.feed(chunk, device.sample_rate_hz)
    yield from recognizer.finish()


def _until(chunks: Iterable[Chunk], longest_s: float, rate_hz: int) -> Iterator[Chunk]:
    heard_s = 0.0
    for chunk in chunks:
        yield chunk
        heard_s += len(chunk) / rate_hz
        if heard_s >= longest_s:
            return


def meter() -> AbstractContextManager[Callable[[float], None]]:
    """Show the level on stderr, if a person is there to see it."""
    return _meter_on_stderr() if sys.stderr.isatty() else nullcontext(_ignore)


def _ignore(_level_db: float) -> None:
    """Show nothing."""


@contextmanager
def _meter_on_stderr() -> Iterator[Callable[[float], None]]:
    from rich.live import Live

    from earmark.cli import screen

    with Live(console=screen.stderr(), transient=True, refresh_per_second=10) as live:
        yield lambda level: live.update(bar(level))


def bar(level_db: float) -> str:
    """Draw a level."""
    part = (level_db - QUIETEST_DB) / (LOUDEST_DB - QUIETEST_DB)
    full = round(METER_CELLS * min(1.0, max(0.0, part)))
    note = "  hardly anything is heard" if level_db < TOO_QUIET_DB else ""
    return f"{'█' * full}{'·' * (METER_CELLS - full)} {level_db:4.0f} dB{note}"


def _tell(update: Update, *, as_json: bool) -> bool:
    """Print what was said, and return whether it names a track."""
    from earmark.live.updates import UpdateKind

    started = update.kind is UpdateKind.STARTED
    if as_json:
        from earmark import jsonable

        print(jsonable.dumps(jsonable.update(update)), flush=True)
    elif started and update.match is not None:
        match = update.match
        name = text.by_whom(match.track.metadata.title, match.track.metadata.artist)
        place = f"at {text.clock(match.track_end_s)} of {text.clock(match.track.duration_s)}"
        sure = f"{text.in_a_word(match.confidence)} ({match.confidence:.4f})"
        typer.echo(f"{name}  {place}  {sure}  after {update.at_s:.1f} s")
    return started
