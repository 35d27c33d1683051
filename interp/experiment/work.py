"""Units of work, here or in several processes, with a bar."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import chain
from typing import TypeVar

from tqdm import tqdm

Unit = TypeVar("Unit")
# Read when the libraries are first imported, so they must stand before the process does.
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def work_through(
    groups: Sequence[Sequence[Unit]], function: Callable[[Unit], None], workers: int, description: str
) -> None:
    """Call a function of a module with every unit; the first error ends it.

    Parameters
    ----------
    groups : units of about equal length; a group stays in one process, in order, for what one unit leaves in
        memory may serve the next. Plain values where `workers` is over 1, for they travel
    workers : int, processes; 1 is this one
    """
    bar = tqdm(total=sum(map(len, groups)), desc=description, unit="batch", disable=None, delay=1.0)
    with bar:
        if workers == 1:
            for unit in chain.from_iterable(groups):
                function(unit)
                bar.update()
            return
        for name in THREAD_VARIABLES:
            os.environ.setdefault(name, str(max(1, (os.cpu_count() or 1) // workers)))
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, mp_context=context) as pool:
            waiting = {pool.submit(_work, function, group): len(group) for group in groups}
            try:
                for done in as_completed(waiting):
                    done.result()
                    bar.update(waiting[done])
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise


def _work(function: Callable[[Unit], None], group: Sequence[Unit]) -> None:
    for unit in group:
        function(unit)
