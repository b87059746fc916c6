"""How the blocks of an index are best laid into rows of PostgreSQL: room taken, and time to read.

    python -m benchmarks.postgres_rows postgresql://user@host/database

Makes tables of random blocks in a schema of its own, reads random blocks of them, and drops it.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import numpy as np
import psycopg

BLOCK_BYTES = 4096
BLOCKS = 20_000
WANTED = (50, 300, 1500)
ROUNDS = 15
SCHEMA = "earmark_rows"

READ = """
SELECT (
    SELECT substr(data, asked.begin, asked.size) FROM earmark_rows.rows
    WHERE number = asked.number
)
FROM unnest(%s::bigint[], %s::integer[], %s::integer[]) AS asked (number, begin, size)
"""
"""As a query does it."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to lay blocks into rows."""

    name: str
    storage: str
    """As PostgreSQL calls it."""
    blocks: int
    """Of a row."""
    spare_bytes: int = 0
    """That a row lacks of that many, so that it fits a page of PostgreSQL's."""


LAYOUTS = (
    Layout("1 block, in line", "PLAIN", 1),
    Layout("1 block, out of line", "EXTERNAL", 1),
    Layout("2 blocks, in line", "PLAIN", 2, spare_bytes=96),
    Layout("4 blocks, out of line", "EXTERNAL", 4),
    Layout("16 blocks, out of line", "EXTERNAL", 16),
)


def main() -> None:
    """Measure every layout, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    options = parser.parse_args()
    rng = np.random.default_rng(1)
    print("| a row holds | room, per byte |" + "".join(f" {n} blocks, ms |" for n in WANTED))
    print("|---|--:|" + "--:|" * len(WANTED))
    with psycopg.connect(options.address, autocommit=True) as link:
        link.execute(f"CREATE SCHEMA {SCHEMA}")
        try:
            for layout in LAYOUTS:
                room = _filled(link, layout, rng)
                times = [_read(link, layout, wanted, rng) for wanted in WANTED]
                cells = "".join(f" {1000 * one:.1f} |" for one in times)
                print(f"| {layout.name} | {room:.2f} |{cells}", flush=True)
        finally:
            link.execute(f"DROP SCHEMA {SCHEMA} CASCADE")


def _filled(
    link: psycopg.Connection[tuple[object, ...]], layout: Layout, rng: np.random.Generator
) -> float:
    """Make the table of a layout; return the room it takes for each byte that is in it."""
    link.execute(f"DROP TABLE IF EXISTS {SCHEMA}.rows")
    link.execute(f"CREATE TABLE {SCHEMA}.rows (number bigint PRIMARY KEY, data bytea)")
    link.execute(f"ALTER TABLE {SCHEMA}.rows ALTER COLUMN data SET STORAGE {layout.storage}")
    size = layout.blocks * BLOCK_BYTES - layout.spare_bytes
    statement = f"COPY {SCHEMA}.rows FROM STDIN (FORMAT binary)"
    with link.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(("int8", "bytea"))
        for number in range(BLOCKS // layout.blocks):
            copy.write_row((number, rng.bytes(size)))
    link.execute(f"VACUUM ANALYZE {SCHEMA}.rows")
    ((room,),) = link.execute(f"SELECT pg_total_relation_size('{SCHEMA}.rows')").fetchall()
    return int(str(room)) / (BLOCKS // layout.blocks * size)


def _read(
    link: psycopg.Connection[tuple[object, ...]],
    layout: Layout,
    wanted: int,
    rng: np.random.Generator,
) -> float:
    """Return the median time in seconds to read so many random blocks, as a query does."""
    times = []
    for _ in range(ROUNDS):
        blocks = np.sort(rng.choice(BLOCKS, wanted, replace=False))
        numbers = (blocks // layout.blocks).tolist()
        begins = (blocks % layout.blocks * BLOCK_BYTES + 1).tolist()
        began = time.perf_counter()
        with link.cursor(binary=True) as cursor:
            cursor.execute(READ, (numbers, begins, [BLOCK_BYTES] * wanted)).fetchall()
        times.append(time.perf_counter() - began)
    return float(np.median(times))


if __name__ == "__main__":
    main()
