"""Where the first whole frame of MP3 or AAC begins.

A connection to a radio station begins in the middle of a frame. FFmpeg then wants to see seconds of
MP3 before it believes that it is; from the beginning of a frame on, a fifth of a second.
"""

from __future__ import annotations

CHAIN = 3
"""So many frames must follow one another: a single head is soon found by chance."""

SYNC = 0xFF
_KBPS = {
    "1": (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    "2": (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Bit rates of MPEG 1 and 2, layer III, by the number in the head less 1."""

_RATES_HZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
"""Sample rates by the number of the version in the head."""


def first_frame(data: bytes) -> int:
    """Return where the first of several frames begins; 0 if there are none."""
    at = data.find(SYNC)
    while at >= 0:
        if _is_chain(data, at):
            return at
        at = data.find(SYNC, at + 1)
    return 0


def _is_chain(data: bytes, at: int) -> bool:
    for _ in range(CHAIN):
        size = frame_bytes(data[at : at + 6])
        if not size:
            return False
        at += size
    return True


def frame_bytes(head: bytes) -> int:
    """Return the length of the frame with this head of 6 bytes; 0 if it is none.

    For MP3 after ISO/IEC 11172-3, 2.4.1.3; for AAC (ADTS) after ISO/IEC 13818-7, 6.2.
    """
    if len(head) < 6 or head[0] != SYNC or head[1] & 0xE0 != 0xE0:  # noqa: PLR2004
        return 0
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    if head[1] & 0xF0 == 0xF0 and layer == 0:  # noqa: PLR2004 - the only one without a layer
        return (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    kbps, rate, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if layer != 1 or version == 1 or not 0 < kbps < 15 or rate == 3:  # noqa: PLR2004
        return 0
    bits = _KBPS["1" if version == 3 else "2"][kbps - 1] * 1000  # noqa: PLR2004
    samples_by_8 = 144 if version == 3 else 72  # noqa: PLR2004
    return samples_by_8 * bits // _RATES_HZ[version][rate] + padding
