"""Several local processes: one that dies costs its batch a second try, and dies with its parent."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from interp.sweep.outcomes import failed
from interp.sweep.point import Batch, Outcome, Speak

SPAWN = multiprocessing.get_context("spawn")
CLOSE_TIMEOUT_S = 5.0
# Read when the libraries are first imported, so they must stand before the process does.
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Connection
    batch: Batch | None = None


@dataclass
class Processes:
    """See `Backend`.

    Parameters
    ----------
    workers : int, processes
    speak : what they do; a function of a module, for it is found by its name in the new process
    threads : int, of torch and numpy in each process
    """

    workers: int
    speak: Speak
    threads: int = 1
    _pool: list[_Worker] = field(default_factory=list, init=False)
    _again: deque[Batch] = field(default_factory=deque, init=False)

    def has_room(self) -> bool:
        """Whether a worker is idle, and no batch of one that died waits for it."""
        return sum(w.batch is not None for w in self._pool) + len(self._again) < self.workers

    def submit(self, batch: Batch) -> None:
        """Hand a batch to an idle worker; one is started where none is."""
        idle = next((w for w in self._pool if w.batch is None), None)
        worker = idle or self._start()
        worker.batch = batch
        with suppress(OSError):  # it died while idle; the loss is seen in `collect`
            worker.pipe.send(batch)

    def collect(self) -> Sequence[Outcome]:
        """What the first worker to answer made; a worker that died has its points tried one by one, once."""
        while True:
            self._retry()
            busy = {w.pipe: w for w in self._pool if w.batch is not None}
            assert busy, "nothing was submitted"
            worker = busy[wait(list(busy))[0]]  # type: ignore[index]
            batch, worker.batch = worker.batch, None
            assert batch is not None
            try:
                outcomes: Sequence[Outcome] = worker.pipe.recv()
            except (EOFError, OSError):
                outcomes = self._bury(worker, batch)
            if outcomes:
                return outcomes

    def close(self) -> None:
        """End every process."""
        for worker in self._pool:
            worker.pipe.close()
            worker.process.terminate()
        for worker in self._pool:
            worker.process.join(CLOSE_TIMEOUT_S)
        self._pool.clear()

    def _start(self) -> _Worker:
        ours, theirs = SPAWN.Pipe()
        process = SPAWN.Process(target=_work, args=(theirs, self.speak), daemon=True)
        with _environment(dict.fromkeys(THREAD_VARIABLES, str(self.threads))):
            process.start()
        theirs.close()  # so that the end of the process is the end of the pipe
        worker = _Worker(process, ours)
        self._pool.append(worker)
        return worker

    def _bury(self, worker: _Worker, batch: Batch) -> list[Outcome]:
        """Outcomes of a point that a worker died of; several points are tried one by one."""
        self._pool.remove(worker)
        worker.process.join()
        if len(batch.points) > 1:
            self._again.extend(replace(batch, points=(point,)) for point in batch.points)
            return []
        code = worker.process.exitcode
        return [failed(batch.points[0], RuntimeError(f"its worker process died (exit code {code})"))]

    def _retry(self) -> None:
        while self._again and sum(w.batch is not None for w in self._pool) < self.workers:
            self.submit(self._again.popleft())


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    """These variables for the time of a block."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _work(pipe: Connection, speak: Speak) -> None:
    """What a worker does until its parent closes the pipe, or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    threading.Thread(target=_die_with_parent, daemon=True).start()
    while True:
        try:
            batch: Any = pipe.recv()
        except EOFError:
            return
        pipe.send(speak(batch))


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
