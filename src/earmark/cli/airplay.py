"""`earmark airplay`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli import text
from earmark.cli.edge import FOUND, NONE_FOUND, in_words
from earmark.cli.options import DebugOption, JsonOption
from earmark.operations.base import PlayQuery, TotalBy
from earmark.settings import OPERATIONS_VARIABLE

if TYPE_CHECKING:
    from earmark.operations.base import Play, Total

HOURS = "%Y-%m-%d %H:%M:%S"


def airplay(
    operations: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", envvar=OPERATIONS_VARIABLE, help="The store that a monitor wrote."
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
    debug: DebugOption = False,
) -> None:
    """Tell what was played, when, and where: the plays that `earmark monitor --operations` wrote.

    All times are in UTC. The exit code is 0 if there was a play, else 1.

    For example:

        earmark airplay plays.sqlite --day 2026-01-31 --station Rock
        earmark airplay plays.sqlite --since 2026-01-01 --by track
        earmark airplay plays.sqlite --isrc GBAYE0601498 --by day --json
    """
    with in_words(debug=debug):
        from earmark.errors import OperationsError
        from earmark.operations.sqlite import SqliteOperations

        wanted = PlayQuery(*_times(day, since, until), station, track, isrc)
        if not operations.exists():
            raise OperationsError(str(operations), "there is none")
        with SqliteOperations(operations) as store:
            if by is None:
                count = _list(store.plays(wanted), as_json=as_json)
            else:
                count = _count(store.totals(wanted, by), by, as_json=as_json)
        raise typer.Exit(FOUND if count else NONE_FOUND)


def _times(
    day: str | None, since: str | None, until: str | None
) -> tuple[datetime | None, datetime | None]:
    """Return the first moment that is wanted, and the first that is not any more."""
    if day is None:
        return _moment(since, "--since"), _moment(until, "--until")
    if since or until:
        message = "--day goes without --since and --until"
        raise typer.BadParameter(message)
    begin = _moment(day, "--day")
    return begin, None if begin is None else begin + timedelta(days=1)


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


def _list(plays: Iterable[Play], *, as_json: bool) -> int:
    """Print plays as they come, however many there are, and count them."""
    from earmark import jsonable

    count = 0
    for play in plays:
        count += 1
        print(jsonable.dumps(jsonable.play(play)) if as_json else _line(play))
    return count


def _line(play: Play) -> str:
    lasted = "still plays" if play.duration_s is None else text.clock(play.duration_s)
    cells = (
        play.started_at.strftime(HOURS),
        f"{lasted:>11}",
        text.printable(play.station),
        text.by_whom(play.title, play.artist),
        play.isrc or "",
    )
    return "  ".join(cells).rstrip()


def _count(totals: Iterable[Total], by: TotalBy, *, as_json: bool) -> int:
    from earmark import jsonable
    from earmark.cli import screen

    totals = list(totals)
    if as_json:
        for total in totals:
            print(jsonable.dumps(jsonable.total(total)))
    elif totals:
        columns = (by.value, "plays", "time", "first", "last")
        table = screen.listing(*columns, right=("plays", "time"), folding=(by.value,))
        for total in totals:
            first, last = total.first_at.strftime(HOURS), total.last_at.strftime(HOURS)
            name = text.printable(total.name) or "none"
            table.add_row(name, f"{total.plays:,}", text.clock(total.duration_s), first, last)
        screen.show(table)
    return len(totals)
