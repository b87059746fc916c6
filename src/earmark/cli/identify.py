"""`earmark identify`."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
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
    TimeLimitOption,
)
from earmark.parallel import cpu_count
from earmark.params import QueryParams
from earmark.types import Identification, Match, Relation, Status

if TYPE_CHECKING:
    from earmark.library import Library

STANDARD_INPUT = "-"

NO_ANSWER = {
    Status.NO_MATCH: "no match",
    Status.TOO_SHORT: "too short to tell",
    Status.SILENT: "silent",
}
NOTES = {Relation.VERSION: "another version", Relation.SIMULTANEOUS: "also playing"}
MARKS = {Status.IDENTIFIED: ("✓", "green"), Status.AMBIGUOUS: ("?", "yellow")}
INDENT = "  "
SHOWN_PLACES = 5
"""Of a track that holds a clip at many places; JSON has them all."""

PART_S = 2.0
"""What is left of a clip at either end is told if it is so long: shorter pauses and noises leave
the peaks of a matching clip out as well."""


def identify(
    clips: Annotated[
        list[str],
        typer.Argument(
            metavar="CLIP", help="Files to name, recordings or peaks; - reads standard input."
        ),
    ],
    library: LibraryOption = None,
    *,
    ladder: LadderOption = USUAL.ladder,
    far: FarOption = USUAL.far,
    time_limit_s: TimeLimitOption = USUAL.time_limit_s,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Name clips: which recording is it, and where in it?

    Five to ten seconds are plenty in most conditions. The exit code is 0 if any clip was found,
    1 if none was, and 2 if none was and a clip could not be used. Several clips are worked on at
    a time, one for each processor, and answered in their order. A file whose name begins with - is
    named after --.

    For example:

        earmark identify clip.m4a
        earmark identify --json recordings/*.wav
        earmark identify --ladder full --time-limit 5 nightcore.mp3
        earmark identify -- -odd-name.wav
        earmark fingerprint clip.m4a > peaks.json; earmark identify peaks.json
        ffmpeg -f pulse -i default -t 8 -f wav - | earmark identify -
    """
    with opened(library, debug=debug) as open_library:
        query = QueryParams(far=far, ladder=ladder, time_limit_s=time_limit_s)
        announce_compiling()
        open_library.warm_up()
        show = _print_json if as_json else _print_words
        statuses = set()
        with closing(_answers(open_library, clips, query)) as answers:
            for answer in answers:
                statuses.add(answer.status)
                show(answer)
        raise typer.Exit(exit_code(statuses))


def exit_code(statuses: set[Status]) -> int:
    """Return 0 if any clip was found, else 2 if any could not be used, else 1."""
    if statuses & {Status.IDENTIFIED, Status.AMBIGUOUS}:
        return FOUND
    return FAILED if Status.ERROR in statuses else NONE_FOUND


def _answers(
    library: Library, clips: list[str], query: QueryParams
) -> Generator[Identification, None, None]:
    sources = (sys.stdin.buffer if clip == STANDARD_INPUT else clip for clip in clips)
    threads = _threads(clips)
    with closing(library.identify_many(sources, query=query, threads=threads)) as answers:
        for clip, answer in zip(clips, answers, strict=True):
            yield replace(answer, clip=clip)


def _threads(clips: list[str]) -> int:
    """As many as there is use for; of a pipe, only the main thread may wait and hear Ctrl-C."""
    if any(clip == STANDARD_INPUT or Path(clip).is_fifo() for clip in clips):
        return 1
    return min(cpu_count(), len(clips))


def _print_json(answer: Identification) -> None:
    from earmark import jsonable

    print(jsonable.dumps(jsonable.identification(answer)), flush=True)


def _print_words(answer: Identification) -> None:
    # styled by Typer, not by Rich: that takes a tenth of a second to import
    lines = [_heading(answer), *(_match_line(match, answer) for match in answer.matches)]
    if not answer.matches:
        lines += [_why_not(answer), *map(_candidate_line, answer.candidates[:1])]
    typer.echo("\n".join(lines), color=text.colour())


def _heading(answer: Identification) -> str:
    heard = "" if answer.duration_s is None else f"  {answer.duration_s:.1f} s"
    took = "" if answer.elapsed_ms is None else f", {answer.elapsed_ms:.0f} ms"
    return style(text.printable(answer.clip), bold=True) + style(heard + took, dim=True)


def _match_line(match: Match, answer: Identification) -> str:
    status = answer.status
    name = text.by_whom(match.track.metadata.title, match.track.metadata.artist)
    heard_s = answer.duration_s or 0.0
    place, elsewhere = _place(match, heard_s), _elsewhere(match, heard_s)
    word = "undecided" if status is Status.AMBIGUOUS else text.in_a_word(match.confidence)
    sure = f"{word} ({match.confidence:.4f})"
    details = "  ".join(part for part in (place, sure, _manner(match), elsewhere) if part)
    if match.relation in NOTES:
        note = style(f"{NOTES[match.relation]}:", dim=True)
        return f"{INDENT}{INDENT}{note} {name}  {style(details, dim=True)}"
    mark, colour = MARKS[status]
    return f"{INDENT}{style(f'{mark} {name}', fg=colour, bold=True)}  {details}"


def _is_part(match: Match, heard_s: float) -> bool:
    return match.clip_start_s >= PART_S or heard_s - match.clip_end_s >= PART_S


def _place(match: Match, heard_s: float) -> str:
    """Say where in the track the clip lies; of one that is there in part only, which part."""
    whole = text.clock(match.track.duration_s)
    if not _is_part(match, heard_s):
        return f"at {text.clock(match.offset_s)} of {whole}"
    part = f"{text.clock(match.clip_start_s)}-{text.clock(match.clip_end_s)}"
    return f"{part} of the clip, at {text.clock(match.track_start_s)} of {whole}"


def _manner(match: Match) -> str:
    from earmark.units import change

    return change(match.speed, match.tempo, match.pitch_semitones)


def _elsewhere(match: Match, heard_s: float) -> str:
    """Say where else in the track the clip, or the part of it that is there, fits as well."""
    later_s = match.track_start_s - match.offset_s if _is_part(match, heard_s) else 0.0
    places = ", ".join(
        text.clock(place + later_s) for place in match.other_offsets_s[:SHOWN_PLACES]
    )
    more = len(match.other_offsets_s) - SHOWN_PLACES
    tail = f" and {text.counted(more, 'more place')}" if more > 0 else ""
    return f"also at {places}{tail}" if places else ""


def _why_not(answer: Identification) -> str:
    if answer.error is not None:
        return f"{INDENT}{style('!', fg='red', bold=True)} {text.printable(answer.error.message)}"
    return f"{INDENT}{style('✗', fg='yellow', bold=True)} {NO_ANSWER[answer.status]}"


def _candidate_line(match: Match) -> str:
    name = text.by_whom(match.track.metadata.title, match.track.metadata.artist)
    place = f"at {text.clock(match.offset_s)} ({match.confidence:.4f})"
    return style(f"{INDENT}{INDENT}nearest, but not near enough: {name}  {place}", dim=True)
