"""A ceiling on what FFmpeg may allocate at once, whatever a header asks for.

A tag of a few bytes can claim a length of 2 GB, which FFmpeg would allocate and clear before it
finds that the file is shorter. FFmpeg has a setting for that, which PyAV does not hand out; it
holds for the whole process.
"""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path

import av

LARGEST_ALLOCATION_BYTES = 256 << 20
"""More than any sane packet, picture or tag; the index of a day of MP4 has 100 MB."""


@cache
def limit_allocations() -> bool:
    """Set the ceiling, once; return whether it could be set.

    It can in PyAV's wheels, which bring their FFmpeg along; a PyAV built against the system's
    FFmpeg goes without.
    """
    package = Path(av.__file__).parent
    for path in (*package.parent.glob("av.libs/libavutil*"), *package.glob(".dylibs/libavutil*")):
        ctypes.CDLL(str(path)).av_max_alloc(ctypes.c_size_t(LARGEST_ALLOCATION_BYTES))
        return True
    return False
