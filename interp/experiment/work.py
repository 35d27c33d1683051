"""Units of work, here or in several processes, with a bar."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TypeVar

from tqdm import tqdm

Unit = TypeVar("Unit")
# Read when the libraries are first imported, so they must stand before the process does.
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def work_through(
    units: Sequence[Unit], function: Callable[[Unit], None], workers: int, description: str
) -> None:
    """Call a function of a module with every unit; the first error ends it.

    Parameters
    ----------
    units : of about equal length; plain values where `workers` is over 1, for they travel
    workers : int, processes; 1 is this one
    """
    bar = tqdm(total=len(units), desc=description, unit="batch", disable=None, delay=1.0)
    with bar:
        if workers == 1:
            for unit in units:
                function(unit)
                bar.update()
            return
        for name in THREAD_VARIABLES:
            os.environ.setdefault(name, str(max(1, (os.cpu_count() or 1) // workers)))
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, mp_context=context) as pool:
            waiting = [pool.submit(function, unit) for unit in units]
            try:
                for done in as_completed(waiting):
                    done.result()
                    bar.update()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
