"""`earmark airplay`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli import text
from earmark.cli.edge import FOUND, NONE_FOUND, in_words
from earmark.cli.options import DebugOption, JsonOption
from earmark.errors import UsageError
from earmark.operations.base import PlayQuery, TotalBy
from earmark.settings import OPERATIONS_VARIABLE
from earmark.spreadsheets import csv_line

if TYPE_CHECKING:
    from earmark.operations.base import Play, Total

JSON, CSV, WORDS = "json", "csv", "words"
"""Forms of an answer."""

PLAY_COLUMNS = (
    *("id", "station", "started_at", "ended_at", "duration_s"),
    *("track_id", "title", "artist", "album", "isrc", "external_id"),
    *("track_start_s", "track_end_s", "confidence", "speed"),
)
TOTAL_COLUMNS = ("key", "name", "plays", "duration_s", "first_at", "last_at")
"""Of CSV: what JSON has, with the track's fields among the rest."""


def airplay(
    operations: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            envvar=OPERATIONS_VARIABLE,
            help="The store that a monitor wrote: a file, or an address in PostgreSQL.",
        ),
    ],
    *,
    day: Annotated[
        str | None, typer.Option(metavar="DATE", help="Only this day, such as 2026-01-31, in UTC.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only plays from this date or time on.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only plays before this date or time.")
    ] = None,
    station: Annotated[str | None, typer.Option(help="Only this station.")] = None,
    track: Annotated[str | None, typer.Option(help="Only this track: its id or title.")] = None,
    isrc: Annotated[str | None, typer.Option(help="Only recordings with this ISRC.")] = None,
    by: Annotated[TotalBy | None, typer.Option(help="Count instead of listing.")] = None,
    as_json: JsonOption = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print CSV, with a heading, a line for each.")
    ] = False,
    debug: DebugOption = False,
) -> None:
    """Tell what was played, when, and where: the plays that `earmark monitor --operations` wrote.

    All times are in UTC. The exit code is 0 if there was a play, else 1.

    For example:

        earmark airplay plays.sqlite --day 2026-01-31 --station Rock
        earmark airplay plays.sqlite --since 2026-01-01 --by track
        earmark airplay plays.sqlite --isrc GBAYE0601498 --by day --json
        earmark airplay plays.sqlite --csv > plays.csv
    """
    if as_json and as_csv:
        message = "--json and --csv exclude each other"
        raise typer.BadParameter(message)
    with in_words(debug=debug):
        from earmark.operations.opening import open_operations

        wanted = PlayQuery(*_times(day, since, until), station, track, isrc)
        with open_operations(operations, create=False) as store:
            form = JSON if as_json else CSV if as_csv else WORDS
            if by is None:
                count = _list(store.plays(wanted), form)
            else:
                count = _count(store.totals(wanted, by), by, form)
            if not count and form == WORDS:
                print("no plays")
        raise typer.Exit(FOUND if count else NONE_FOUND)


def _times(
    day: str | None, since: str | None, until: str | None
) -> tuple[datetime | None, datetime | None]:
    """Return the first moment that is wanted, and the first that is not any more.

    Raises:
        UsageError: there is no time between them.
        typer.BadParameter: one of them is no time, or they do not go together.
    """
    if day is None:
        first, after = _moment(since, "--since"), _moment(until, "--until")
        if first and after and first >= after:
            message = f"--since {since} is not before --until {until}"
            raise UsageError(message)
        return first, after
    if since or until:
        message = "--day goes without --since and --until"
        raise typer.BadParameter(message)
    begin = _moment(day, "--day")
    if begin is None or begin.date() == date.max:  # no day follows the last of the calendar
        return begin, None
    return begin, begin + timedelta(days=1)


def _moment(words: str | None, option: str) -> datetime | None:
    """Read a date or a time; without a zone it is in UTC."""
    if words is None:
        return None
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        message = f"{words!r} is no date and no time such as 2026-01-31T12:00"
        raise typer.BadParameter(message, param_hint=option) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _list(plays: Iterable[Play], form: str) -> int:
    """Print plays as they come, however many there are, and count them."""
    from earmark import jsonable

    write = {JSON: lambda play: jsonable.dumps(jsonable.play(play)), CSV: _csv_line, WORDS: _line}
    if form == CSV:
        print(csv_line(PLAY_COLUMNS))
    count = 0
    for play in plays:
        if form == WORDS and not count:
            print(_aligned("started", "lasted", "station", "track", "ISRC"))
        count += 1
        print(write[form](play))
    return count


def _csv_line(play: Play) -> str:
    from earmark import jsonable

    row = jsonable.play(play)
    track = row.pop("track")
    row |= {("track_id" if name == "id" else name): value for name, value in track.items()}
    return csv_line(row[name] for name in PLAY_COLUMNS)


def _line(play: Play) -> str:
    lasted = "still plays" if play.duration_s is None else text.clock(play.duration_s)
    when, name = text.moment(play.started_at), text.by_whom(play.title, play.artist)
    return _aligned(when, lasted, text.printable(play.station), name, play.isrc or "")


def _aligned(started: str, lasted: str, station: str, track: str, isrc: str) -> str:
    """Lay out a line of the listing, which is printed before it is known how wide it gets."""
    return f"{started:<19}  {lasted:>11}  {station:<12}  {track}  {isrc}".rstrip()


def _count(totals: Iterable[Total], by: TotalBy, form: str) -> int:
    from earmark import jsonable

    totals = list(totals)
    if form == CSV:
        print(csv_line(TOTAL_COLUMNS))
        for total in totals:
            row = jsonable.total(total)
            print(csv_line(row[name] for name in TOTAL_COLUMNS))
    elif form == JSON:
        for total in totals:
            print(jsonable.dumps(jsonable.total(total)))
    elif totals:
        _show(totals, by)
    return len(totals)


def _show(totals: Iterable[Total], by: TotalBy) -> None:
    from earmark.cli import screen

    columns = (by.value, "plays", "time", "first", "last")
    table = screen.listing(
        *columns, right=("plays", "time"), folding={*columns} - {"plays", "time"}
    )
    for total in totals:
        first, last = text.moment(total.first_at), text.moment(total.last_at)
        name = text.printable(total.name) or "none"
        table.add_row(name, f"{total.plays:,}", text.clock(total.duration_s), first, last)
    screen.show(table)
