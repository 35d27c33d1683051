"""Memory of large tensors on Linux CPUs: kept when freed, so that no step faults its pages in anew.

glibc maps every block above 128 kB for itself and unmaps it when freed; each new activation then costs a
page fault for every 4 kB. `benchmarks/allocator.py` measures it.
"""

from __future__ import annotations

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
LARGEST_INT = 2**31 - 1


def keep_freed_memory() -> bool:
    """Ask glibc's allocator to keep what is freed; False where there is no such allocator."""
    if sys.platform != "linux":
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    return bool(mallopt(M_MMAP_THRESHOLD, LARGEST_INT)) and bool(mallopt(M_TRIM_THRESHOLD, LARGEST_INT))
