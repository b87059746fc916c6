"""What `earmark bench` prints: a table, and the sum of it in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from earmark.cli import text

if TYPE_CHECKING:
    from rich.table import Table

    from earmark.evaluation.summary import Report, Row, Share

SHOWN_SKIPPED = 10
GOOD, FAIR = 0.95, 0.7
"""Hit rates from which a row is green or yellow."""

COLUMNS = ("Condition", "Severity", "s", "n", "Named", "95 %", "Wrong track", "Right place", "ms")


def show(report: Report) -> None:
    """Print a report on stdout."""
    from earmark.cli import screen

    screen.show(table(report))
    console = screen.stdout()
    for line in in_words(report):
        console.print(text.printable(line), soft_wrap=True)


def table(report: Report) -> Table:
    """Lay out a row for each condition that was measured; strangers come last."""
    from earmark.cli import screen

    listing = screen.listing(*COLUMNS, right=COLUMNS[2:], folding=COLUMNS[:2])
    before = ""
    for row in report.rows:
        if row.condition is not None and row.found.n:
            if before and row.condition.name != before:
                listing.add_section()
            before = row.condition.name
            listing.add_row(*_cells(row), style=_style(row))
    return listing


def in_words(report: Report) -> Iterator[str]:
    """Yield the lines below the table."""
    setup, known, strangers = report.setup, report.known, report.strangers
    if not report.is_complete:
        yield "stopped: this is what was measured by then"
    if known.found.n:
        wrong = f"{known.wrong} taken for another track ({known.related} with the same sound)"
        yield f"known: {share(known.found)} of {known.found.n:,} clips named, {wrong}"
    if strangers.found.n:
        n = f"{strangers.found.count} of {strangers.found.n:,} clips taken for a track"
        origin = f"{text.counted(setup.strangers, 'recording')}, {setup.origin}"
        yield f"strangers: {n}, at most {100 * strangers.found.high:.2f} % ({origin})"
    if strangers.related:
        clips = text.counted(strangers.related, "clip")
        yield f"not counted: {clips} of strangers whose sound a track does hold (remixes, loops)"
    if known.places.n:
        right = known.places.right + known.places.repeats
        repeats = f"{known.places.repeats} at another place that sounds the same"
        yield f"places: {right} of {known.places.n:,} within 50 ms, {repeats} among them"
    yield from _in_detail(report)


def _in_detail(report: Report) -> Iterator[str]:
    for row in report.rows:
        if row.both is not None and row.condition is not None:
            yield f"{row.condition.name}: both tracks named in {share(row.both)}"
    yield f"confidence: off by {report.calibration_error:.3f} on average"
    if report.encoders:
        coders = ", ".join(f"{name} ({encoder})" for name, encoder in report.encoders.items())
        yield f"encoders: {coders}"
    short = [row.condition.label for row in report.rows if row.condition and not row.found.n]
    if short and report.is_complete:
        yield f"no recording is long enough for {', '.join(short)}"
    for skipped in report.skipped[:SHOWN_SKIPPED]:
        yield f"left out: {skipped.path}: {skipped.cause}"
    more = len(report.skipped) - SHOWN_SKIPPED
    if more > 0:
        yield f"left out: {more} more; --json tells all of them"


def share(found: Share) -> str:
    """Write a share with its interval.

    Example:
        `98.0 % (89 to 100)`
    """
    return "-" if found.rate is None else f"{100 * found.rate:.1f} % ({found.interval})"


def _cells(row: Row) -> tuple[str, ...]:
    condition, places = row.condition, row.places
    if condition is None:
        return ()
    right = f"{100 * (places.right + places.repeats) / places.n:.0f} %" if places.n else ""
    rate = f"{100 * (row.found.rate or 0):.0f} %"
    return (
        condition.name,
        condition.severity,
        f"{condition.length_s:g}",
        str(row.found.n),
        rate if condition.is_known else str(row.found.count),
        row.found.interval,
        (str(row.wrong) if row.wrong else "") if condition.is_known else "",
        right,
        "" if row.median_ms is None else f"{row.median_ms:.0f}",
    )


def _style(row: Row) -> str | None:
    if row.condition is not None and not row.condition.is_known:
        return "red" if row.found.count else "dim"
    rate = row.found.rate or 0.0
    return "green" if rate >= GOOD else "yellow" if rate >= FAIR else "red"
