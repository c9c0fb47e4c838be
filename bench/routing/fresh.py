"""What memory costs that nobody has used yet: whichever call needs it first waits until the system has cleared it."""

import ctypes
import mmap
import time

from bench.routing.engine import percentiles

PAGE = 2 * 1024 * 1024
PAGES = 64


def measure(pages: int = PAGES) -> dict[str, float]:
    """CPU microseconds of the first touch of a huge page, over so many of them.

    In a virtual machine that gives unused memory back, the host has to find each again, too.
    """
    with mmap.mmap(-1, (pages + 1) * PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as area:
        area.madvise(mmap.MADV_HUGEPAGE)
        start = -ctypes.addressof(ctypes.c_char.from_buffer(area)) % PAGE
        spent = []
        for number in range(pages):
            began = time.thread_time_ns()
            area[start + number * PAGE] = 1
            spent.append((time.thread_time_ns() - began) / 1000)
    return {name: round(value) for name, value in percentiles(spent).items()}
