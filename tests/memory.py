"""How much memory a process of its own took, for tests that start one."""

from __future__ import annotations

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
