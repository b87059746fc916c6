"""Constellations that were fetched, kept for the next query; a query reads the same few often."""

from __future__ import annotations

import threading
from collections import OrderedDict


class KeptConstellations:
    """The latest used ones, by their SHA-256; any number of threads may use it.

    A constellation never changes, and its hash says which one it is: whatever becomes of tracks
    and keys, nothing wrong can be found here.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._held: OrderedDict[bytes, bytes] = OrderedDict()
        self._hashes: dict[int, bytes] = {}
        self._guard = threading.Lock()

    def probable(self, keys: list[int]) -> list[int]:
        """Return those of the keys whose constellation was here when they were last asked for."""
        with self._guard:
            return [key for key in keys if self._hashes.get(key) in self._held]

    def find(self, digest: bytes) -> bytes | None:
        """Return the constellation with this SHA-256, if it is here."""
        with self._guard:
            packed = self._held.get(digest)
            if packed is not None:
                self._held.move_to_end(digest)
            return packed

    def keep(self, key: int, digest: bytes, packed: bytes) -> None:
        """Keep a constellation that a key has now; the longest unused ones go."""
        with self._guard:
            if digest not in self._held:
                self._held[digest] = packed
                self._bytes += len(packed)
            self._hashes[key] = digest
            while self._bytes > self._most_bytes:
                _, oldest = self._held.popitem(last=False)
                self._bytes -= len(oldest)
            if len(self._hashes) > 2 * len(self._held) + 1:
                self._hashes = {k: d for k, d in self._hashes.items() if d in self._held}
