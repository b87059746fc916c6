"""The numbers of `scale.py` as tables, a column for each size, as docs/scale.md has them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

Numbers = dict[str, Any]
Row = tuple[str, list[str]]

MB, GB = 1e6, 1e9


def print_tables(results: Sequence[Numbers]) -> None:
    """Print every table."""
    _print("Size", _sizes(results), results)
    _print("Building", _building(results), results)
    _print("Milliseconds of a query: 50th / 95th / 99th percentile", _times(results), results)
    _print("Named, %: accepted / first", _answers(results), results)
    _print("Named under a time limit, %", _limits(results), results)


def index_mb_an_hour(one: Numbers) -> float:
    """Return what the postings of an hour take."""
    return float(one["sizes"]["index_bytes"] / MB / one["sizes"]["hours"])


def constellations_mb_an_hour(one: Numbers) -> float:
    """Return what the constellations of an hour take."""
    return float(one["sizes"]["constellation_bytes"] / MB / one["sizes"]["hours"])


def rest_mb_an_hour(one: Numbers) -> float:
    """Return what all else takes: rows, their indexes, and what pages are not filled with."""
    sizes = one["sizes"]
    rest = sizes["catalogue_bytes"] - sizes["constellation_bytes"]
    return float(rest / MB / sizes["hours"])


def songs_a_second(one: Numbers) -> float:
    """Return how fast the catalogue was built."""
    return float(one["build"]["songs"] / _build_s(one))


def _print(title: str, rows: Iterator[Row], results: Sequence[Numbers]) -> None:
    print(f"\n{title}\n")
    print("| | " + " | ".join(f"{one['songs']:,} songs" for one in results) + " |")
    print("|---|" + "--:|" * len(results))
    for name, cells in rows:
        print(f"| {name} | " + " | ".join(cells) + " |")


def _sizes(results: Sequence[Numbers]) -> Iterator[Row]:
    yield "hours", [f"{one['sizes']['hours']:,.0f}" for one in results]
    yield "million postings", [f"{one['sizes']['postings'] / 1e6:,.1f}" for one in results]
    yield "segments", [f"{one['sizes']['segments']}" for one in results]
    yield "postings, MB an hour", [f"{index_mb_an_hour(one):.3f}" for one in results]
    yield "constellations, MB an hour", [f"{constellations_mb_an_hour(one):.3f}" for one in results]
    yield "all else, MB an hour", [f"{rest_mb_an_hour(one):.3f}" for one in results]
    yield "kB a song", [f"{_bytes(one) / one['sizes']['tracks'] / 1e3:.1f}" for one in results]
    yield "GB", [f"{_bytes(one) / GB:.2f}" for one in results]
    yield "memory of queries, MB", [f"{one['memory_bytes'] / MB:.0f}" for one in results]


def _building(results: Sequence[Numbers]) -> Iterator[Row]:
    yield "songs a second", [f"{songs_a_second(one):.0f}" for one in results]
    for name, stage in (
        ("waiting for songs, %", "waited_s"),
        ("inserting, %", "inserted_s"),
        ("writing, merging, committing, %", "committed_s"),
    ):
        yield name, [f"{100 * one['build'][stage] / _build_s(one):.0f}" for one in results]
    for name, measure in (("median", "p50_ms"), ("mean", "mean_ms"), ("most", "max_ms")):
        yield f"one more song, ms: {name}", [f"{one['adds'][measure]:.1f}" for one in results]


def _times(results: Sequence[Numbers]) -> Iterator[Row]:
    for temperature in ("warm", "cold"):
        for label in results[0][temperature]:
            measured = [one[temperature][label] for one in results]
            yield f"{temperature}: {_counted(label, measured)}", _percentiles(measured)
    for ladder in results[0]["ladder"]:
        measured = [one["ladder"][ladder] for one in results]
        yield f"unknown, ladder {_counted(ladder, measured)}", _percentiles(measured)
    for label in results[0]["cold"]:
        read = [one["cold"][label]["read_bytes"] / MB for one in results]
        yield f"MB read, cold: {label}", [f"{size:.1f}" for size in read]


def _answers(results: Sequence[Numbers]) -> Iterator[Row]:
    for label in results[0]["named"]:
        measured = [one["named"][label] for one in results]
        rates = [(one["accepted"] / one["n"], one["first"] / one["n"]) for one in measured]
        yield _counted(label, measured), [f"{100 * a:.0f} / {100 * b:.0f}" for a, b in rates]
    yield (
        "wrong ones accepted",
        [f"{sum(row['wrong'] for row in one['named'].values())}" for one in results],
    )
    for kind, name in (("strangers", "other recordings"), ("masked", "masked recordings")):
        measured = [one[kind] for one in results]
        yield (
            f"unknown accepted, {name}",
            [f"{one['accepted']} of {one['n']}" for one in measured],
        )
        yield f"their highest rating, {name}", [f"{one['ratings'][0]:.1f}" for one in measured]


def _limits(results: Sequence[Numbers]) -> Iterator[Row]:
    for label, limits in results[0]["limits"].items():
        for limit_s in limits:
            measured = [one["limits"][label][limit_s] for one in results]
            rates = [f"{100 * one['accepted'] / one['n']:.0f}" for one in measured]
            yield f"{_counted(label, measured)}, {limit_s} s", rates


def _counted(label: str, measured: Sequence[Numbers]) -> str:
    """Add to a label how many clips there were."""
    counts = sorted({one["n"] for one in measured})
    return f"{label} (n = {' to '.join(map(str, counts))})"


def _percentiles(measured: Sequence[Numbers]) -> list[str]:
    return [
        " / ".join(_ms(value) for name, value in one.items() if name.startswith("p"))
        for one in measured
    ]


def _ms(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:,.0f}"  # noqa: PLR2004 - two digits


def _bytes(one: Numbers) -> float:
    return float(one["sizes"]["index_bytes"] + one["sizes"]["catalogue_bytes"])


def _build_s(one: Numbers) -> float:
    return float(sum(value for name, value in one["build"].items() if name.endswith("_s")))
