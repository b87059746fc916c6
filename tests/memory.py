"""How much memory a process took: one of its own, which a test starts, or that of the tests."""

from __future__ import annotations

from pathlib import Path

PEAK_MEMORY = '''
import resource, sys
from pathlib import Path

def peak_bytes():
    """What this program took at most; `ru_maxrss` begins with what its parent had on Linux."""
    status = Path("/proc/self/status")
    if status.exists():
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return 1024 * int(peak.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
'''
"""Put before a script: gives it `peak_bytes()`."""


def own_mb() -> float:
    """What this process holds for itself at the moment, without what is mapped from files."""
    lines = Path("/proc/self/status").read_text().splitlines()
    line = next(line for line in lines if line.startswith("RssAnon:"))
    return int(line.split()[1]) / 1024
