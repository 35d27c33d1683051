"""Work without end done in several processes, its results in the order of its units."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from typing import TypeVar

Unit = TypeVar("Unit")
Result = TypeVar("Result")
_AHEAD = 2  # units a worker, so that none waits for a slow one


def results_in_order(
    function: Callable[[Unit], Result], units: Iterable[Unit], workers: int
) -> Generator[Result]:
    """What a function of a module makes of units, as far as results are asked for; the first error ends it.

    Parameters
    ----------
    units : may have no end; plain values where ``workers`` is over 1, for they travel
    workers : int, processes; 1 is this one
    """
    if workers == 1:
        yield from map(function, units)
        return
    coming = iter(units)
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
    try:
        running: deque[Future[Result]] = deque(
            pool.submit(function, unit) for unit in islice(coming, workers * _AHEAD)
        )
        while running:
            yield running.popleft().result()
            running.extend(pool.submit(function, unit) for unit in islice(coming, 1))
    finally:
        pool.shutdown(cancel_futures=True)
