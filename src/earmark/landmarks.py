"""Constellation to landmarks: pairs of peaks, hashed.

A hash holds where the earlier peak lies in frequency and how to get from it to the later one:

    bit  21        13 12        6 5       0
         +-----------+-----------+---------+
         |   bin 1   | bin 2 - 1 |   gap   |
         +-----------+-----------+---------+
           0 .. 511    -64 .. 63   frames between them, less `min_gap_frames`

A bin is a band of the frequency axis.

References keep few pairs per peak. A query pairs every peak with many of its zone, and where one
lies near the border of its cell it also asks for the neighbouring cell, because the reference may
have fallen there: fuzziness costs the query, never the index.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from earmark.kernels import kernel
from earmark.types import Landmarks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.params import Params
    from earmark.types import Constellation

GAP_BITS = 6
STEP_BITS = 7
BIN_BITS = 9
MOST_CELLS = 8
"""Hashes of one pair at most: two cells for each of three values."""

EXACT = -1.0
"""Fuzziness of a reference: no neighbouring cells."""


@dataclass(frozen=True, slots=True, eq=False)
class Probes:
    """What a query asks the index for; both arrays have shape (n,).

    `hash`: uint32. `frame`: int32, the frame of the earlier peak in the query.
    """

    hash: NDArray[np.uint32]
    frame: NDArray[np.int32]


def reference_landmarks(peaks: Constellation, params: Params) -> Landmarks:
    """Pair every peak with the next `fanout` peaks of its zone."""
    hashes, frames = _paired(peaks, params, params.index.fanout, EXACT)
    order = np.lexsort((frames, hashes))
    return Landmarks(hashes[order], frames[order].astype(np.uint32))


def query_probes(peaks: Constellation, params: Params, fanout: int, fuzziness: float) -> Probes:
    """Pair every peak with the next `fanout` of its zone, neighbouring cells included.

    A cell is asked for as well when its border is nearer than `fuzziness` of a cell.
    """
    return Probes(*_paired(peaks, params, fanout, fuzziness))


def _paired(
    peaks: Constellation, params: Params, fanout: int, fuzziness: float
) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
    index = params.index
    hashes, frames = _pair(
        peaks.time,
        peaks.frequency,
        params.peaks.steps,
        fanout,
        index.min_gap_frames,
        index.max_gap_frames,
        index.max_step_bins,
        fuzziness,
    )
    return hashes, frames


@kernel
def _pair(
    time: NDArray[np.int32],
    frequency: NDArray[np.uint16],
    steps: int,
    fanout: int,
    min_gap: int,
    max_gap: int,
    max_step: int,
    fuzziness: float,
) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
    """Return (hashes, frames of the earlier peak); a negative fuzziness means exact cells only."""
    hashes = np.empty(1024, np.uint32)
    frames = np.empty(1024, np.int32)
    count = 0
    for i in range(len(time)):
        found = 0
        frame = (time[i] + steps // 2) // steps
        for j in range(i + 1, len(time)):
            gap = np.int64(time[j]) - time[i]
            if gap >= max_gap * steps or found >= fanout:
                break
            low, high = np.int64(frequency[i]), np.int64(frequency[j])
            if gap < min_gap * steps or abs(high - low) >= (max_step - 1) * steps:
                continue
            found += 1
            if count + MOST_CELLS > len(hashes):
                hashes = np.concatenate((hashes, np.empty_like(hashes)))
                frames = np.concatenate((frames, np.empty_like(frames)))
            first = count
            count += _hash(hashes[count:], low, high, gap, min_gap, steps, fuzziness)
            for k in range(first, count):
                frames[k] = frame
    return hashes[:count].copy(), frames[:count].copy()


@kernel
def _hash(
    out: NDArray[np.uint32],
    low: np.int64,
    high: np.int64,
    gap: np.int64,
    min_gap: int,
    steps: int,
    fuzziness: float,
) -> int:
    """Write the hashes of one pair, one for each combination of cells; return how many.

    Cells that the layout has no room for are left out, so that no value spills into another field.
    """
    count = 0
    gap_cells = _cells(gap, steps, fuzziness)
    high_cells = _cells(high, steps, fuzziness)
    for low_cell in _cells(low, steps, fuzziness):
        for high_cell in high_cells:
            move = high_cell - low_cell + (1 << (STEP_BITS - 1))
            for gap_cell in gap_cells:
                wait = gap_cell - min_gap
                if _fits(low_cell, BIN_BITS) and _fits(move, STEP_BITS) and _fits(wait, GAP_BITS):
                    out[count] = (low_cell << STEP_BITS | move) << GAP_BITS | wait
                    count += 1
    return count


@kernel
def _fits(value: int, bits: int) -> bool:
    return 0 <= value < 1 << bits


@kernel
def _cells(value: np.int64, steps: int, fuzziness: float) -> range:
    """Return the cell of a value as a range, with the neighbour whose border is near enough."""
    cell = (value + steps // 2) // steps
    part = value - cell * steps
    if abs(part) >= steps // 2 - fuzziness * steps and fuzziness >= 0:
        return range(cell, cell + 2) if part > 0 else range(cell - 1, cell + 1)
    return range(cell, cell + 1)
