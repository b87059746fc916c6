"""`earmark identify`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer
from typer import style

from earmark.cli import text
from earmark.cli.edge import FAILED, FOUND, NONE_FOUND, opened
from earmark.cli.first_use import announce_compiling
from earmark.cli.options import DebugOption, JsonOption, LibraryOption
from earmark.types import Identification, Match, Relation, Status

if TYPE_CHECKING:
    from earmark.library import Library

STANDARD_INPUT = "-"

NO_ANSWER = {
    Status.NO_MATCH: "no match",
    Status.TOO_SHORT: "too short to tell",
    Status.SILENT: "silent",
}
NOTES = {Relation.VERSION: "another version", Relation.SIMULTANEOUS: "at the same time"}
MARKS = {Status.IDENTIFIED: ("✓", "green"), Status.AMBIGUOUS: ("?", "yellow")}
INDENT = "  "


def identify(
    clips: Annotated[
        list[str],
        typer.Argument(metavar="CLIP", help="Files to name; - reads standard input."),
    ],
    library: LibraryOption = None,
    *,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Name clips: which recording is it, and where in it?

    Five to ten seconds are plenty in most conditions. The exit code is 0 if any clip was found,
    1 if none was, and 2 if none was and a clip could not be used.

    For example:

        earmark identify clip.m4a
        earmark identify --json recordings/*.wav
        ffmpeg -f pulse -i default -t 8 -f wav - | earmark identify -
    """
    with opened(library, debug=debug) as open_library:
        announce_compiling()
        open_library.warm_up()
        show = _print_json if as_json else _print_words
        statuses = set()
        for clip in clips:
            answer = _ask(open_library, clip)
            statuses.add(answer.status)
            show(answer)
        raise typer.Exit(exit_code(statuses))


def exit_code(statuses: set[Status]) -> int:
    """Return 0 if any clip was found, else 2 if any could not be used, else 1."""
    if statuses & {Status.IDENTIFIED, Status.AMBIGUOUS}:
        return FOUND
    return FAILED if Status.ERROR in statuses else NONE_FOUND


def _ask(library: Library, clip: str) -> Identification:
    if clip == STANDARD_INPUT:
        return library.identify(sys.stdin.buffer, name=clip)
    return library.identify(clip)


def _print_json(answer: Identification) -> None:
    from earmark import jsonable

    print(jsonable.dumps(jsonable.identification(answer)), flush=True)


def _print_words(answer: Identification) -> None:
    # styled by Typer, not by Rich: that takes a tenth of a second to import
    lines = [_heading(answer), *(_match_line(match, answer.status) for match in answer.matches)]
    if not answer.matches:
        lines += [_why_not(answer), *map(_candidate_line, answer.candidates[:1])]
    typer.echo("\n".join(lines), color=False if "NO_COLOR" in os.environ else None)


def _heading(answer: Identification) -> str:
    heard = "" if answer.duration_s is None else f"  {answer.duration_s:.1f} s"
    took = "" if answer.elapsed_ms is None else f", {answer.elapsed_ms:.0f} ms"
    return style(text.printable(answer.clip), bold=True) + style(heard + took, dim=True)


def _match_line(match: Match, status: Status) -> str:
    name = text.by_whom(match.track.metadata.title, match.track.metadata.artist)
    place = f"at {text.clock(match.offset_s)} of {text.clock(match.track.duration_s)}"
    word = "undecided" if status is Status.AMBIGUOUS else text.in_a_word(match.confidence)
    sure = f"{word} ({match.confidence:.4f})"
    details = "  ".join(part for part in (place, sure, _manner(match)) if part)
    if match.relation in NOTES:
        note = style(f"{NOTES[match.relation]}:", dim=True)
        return f"{INDENT}{INDENT}{note} {name}  {style(details, dim=True)}"
    mark, colour = MARKS[status]
    return f"{INDENT}{style(f'{mark} {name}', fg=colour, bold=True)}  {details}"


def _manner(match: Match) -> str:
    """Say how the clip differs from the recording in speed, tempo and pitch."""
    if match.speed is not None:
        return "" if match.speed == 1 else f"{_percent(match.speed)} speed"
    tempo = "" if match.tempo == 1 else f"{_percent(match.tempo)} tempo"
    pitch = f"{match.pitch_semitones:+.1f} semitones" if match.pitch_semitones else ""
    return ", ".join(part for part in (tempo, pitch) if part)


def _percent(factor: float) -> str:
    return f"{100 * (factor - 1):+.1f} %"


def _why_not(answer: Identification) -> str:
    if answer.error is not None:
        return f"{INDENT}{style('!', fg='red', bold=True)} {text.printable(answer.error.message)}"
    return f"{INDENT}{style('✗', fg='yellow', bold=True)} {NO_ANSWER[answer.status]}"


def _candidate_line(match: Match) -> str:
    name = text.by_whom(match.track.metadata.title, match.track.metadata.artist)
    place = f"at {text.clock(match.offset_s)} ({match.confidence:.4f})"
    return style(f"{INDENT}{INDENT}nearest, but not near enough: {name}  {place}", dim=True)
